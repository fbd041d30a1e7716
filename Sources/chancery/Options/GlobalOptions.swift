import Administration
import ArgumentParser
import Glibc

/// Where everything is, and how a command speaks: what every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(name: [.customShort("H"), .long], folder: "The folder that holds everything.")
    var allDirs: String?

    @Option(folder: "The folder of the directory, where it is not that of --all-dirs.")
    var dataDir: String?

    @Option(folder: "The folder of the keyring's key file, where it is not that of the directory.")
    var keystoreDir: String?

    @Option(folder: "The folder of saved contexts; by default $XDG_CONFIG_HOME/chancery.")
    var configDir: String?

    @Option(
        file: "A file with the keyring's passphrase, where it has one; otherwise the terminal is asked.")
    var passphraseFile: String?

    @Flag(name: .shortAndLong, help: "Ask for what is not given. Nothing is ever asked without it.")
    var interactive = false

    @Flag(name: [.customShort("J"), .long], help: "Answer in JSON.")
    var json = false

    // These stand here and not in a group of their own: the parser looks at a group once more for each one around it, which
    // every start of a debug build pays for.
    @Option(text: "A running service to act on: https://…, http:// on this machine, or unix:SOCKET.", as: "url")
    var server: String?

    @Option(file: "The file with the token for it; by default CHANCERY_TOKEN holds the token.")
    var tokenFile: String?

    // Some commands have a --token of their own; elsewhere that is what people type (see ArgumentForms).
    @Option(
        text: "The token itself, also as --token: others on this machine can read it, so prefer a file.", as: "token")
    var accessToken: String?

    @Option(file: "The certificates of the authorities to believe; by default the system's.") var ca: String?

    /// What was said of a service.
    var serviceOptions: ServiceOptions {
        ServiceOptions(server: server, tokenFile: tokenFile, accessToken: accessToken, ca: ca)
    }

    func validate() throws {
        if server != nil, allDirs ?? dataDir != nil {
            throw ValidationError("--server and a folder exclude each other: what is meant is near or far.")
        }
    }

    /// The service that the command line or a saved context names; nil for a directory on this machine.
    var service: ServiceAddress? {
        get throws {
            if let server {
                return try ServiceAddress(serviceOptions, url: server, saved: nil)
            }
            guard dataDir ?? allDirs == nil, Environment.value("CHANCERY_HOME") == nil,
                let name = try contexts.read().currentName
            else { return nil }
            let context = try contexts.read().context(name)
            return try context.server.map { try ServiceAddress(serviceOptions, url: $0, saved: (name, context)) }
        }
    }

    /// The home that these options, the environment or a saved context name.
    ///
    /// - Throws: a refusal where they name a service.
    var home: Home {
        get throws {
            if let service = try service { throw FarRefusals.error(service) }
            return try nearHome
        }
    }

    /// The home, whatever service there is.
    var nearHome: Home {
        get throws {
            if let folder = dataDir ?? allDirs { return try Home.locate(folder, keystore: keystoreDir) { _ in nil } }
            if let named = Environment.value("CHANCERY_HOME") {
                return try Home.locate(named, keystore: keystoreDir) { _ in nil }
            }
            let context = try contexts.read().current
            return try Home.locate(
                context?.all_dirs, keystore: keystoreDir ?? context?.keystore_dir, environment: Environment.value)
        }
    }

    /// The contexts that were saved.
    var contexts: ContextFile {
        get throws { try ContextFile(folder: configDir) }
    }

    /// Opens the directory.
    ///
    /// - Parameter creating: whether a missing one is made.
    func open(creating: Bool = false) throws -> Directory {
        try Directory.open(home, creating: creating, surroundings: surroundings)
    }

    /// The clock, the user and the passphrase that a directory is opened with.
    var surroundings: Directory.Surroundings {
        var surroundings = Directory.Surroundings(
            now: SystemClock.now, actor: "local:\(Self.userName)", moment: SystemMoment.now, pause: SystemClock.pause)
        surroundings.passphrase = Passphrase(file: passphraseFile).source
        return surroundings
    }

    /// The name of the system user that runs this process, or its number.
    private static var userName: String {
        guard let entry = getpwuid(getuid()) else { return String(getuid()) }
        return String(cString: entry.pointee.pw_name)
    }
}

/// The environment of this process.
enum Environment {
    /// The value of a variable; an empty one counts as not set.
    static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The system's clock.
enum SystemClock {
    /// The time in Unix seconds.
    @Sendable static func now() -> Int64 { Int64(time(nil)) }

    /// What a clock of the system shows, in nanoseconds.
    ///
    /// Its two words are read without their names: whose these are depends on which of several libraries the compiler
    /// reads first.
    static func nanoseconds(of clock: clockid_t) -> Int64 {
        var words: (seconds: Int, nanoseconds: Int) = (0, 0)
        withUnsafeMutablePointer(to: &words) { words in
            words.withMemoryRebound(to: timespec.self, capacity: 1) { _ = clock_gettime(clock, $0) }
        }
        let (scaled, overflow) = Int64(words.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : scaled &+ Int64(words.nanoseconds)
    }

    /// Waits.
    @Sendable static func pause(seconds: Int64) {
        sleep(UInt32(clamping: seconds))
    }
}

import Administration
import ArgumentParser
import Glibc

/// Where the directory is, and in which form a command answers.
struct DirectoryOptions: ParsableArguments {
    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp("The folder that holds everything.", valueName: "dir"))
    var allDirs: String?

    @Option(
        name: .customLong("operator"),
        help: ArgumentHelp("The operator to work with, instead of the selected one.", valueName: "name"))
    var operatorName: String?

    @Flag(name: [.customShort("J"), .long], help: "Answer in JSON.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "A file with the keyring's passphrase, where it has one; otherwise the terminal is asked.",
            valueName: "file"))
    var passphraseFile: String?

    /// The home these options and the environment name.
    var home: Home {
        get throws {
            try Home.locate(allDirs) { name in getenv(name).map { String(cString: $0) } }
        }
    }

    /// The operator that was named.
    var operatorReference: EntityReference? { operatorName.map { EntityReference($0) } }

    /// Opens the directory.
    ///
    /// - Parameter creating: whether a missing one is made.
    func open(creating: Bool = false) throws -> Directory {
        try Directory.open(
            home, creating: creating,
            surroundings: surroundings)
    }

    /// The clock, the user and the passphrase that a directory is opened with.
    var surroundings: Directory.Surroundings {
        var surroundings = Directory.Surroundings(
            now: SystemClock.now, actor: "local:\(Self.userName)", moment: SystemMoment.now, pause: SystemClock.pause)
        surroundings.passphrase = Passphrase(file: passphraseFile).source
        return surroundings
    }

    /// Carries a change out and says what it did.
    @discardableResult
    func change<Value>(
        _ reason: String, creating: Bool = false, dryRun: Bool = false, _ body: (Change) throws -> Value
    ) throws -> Value {
        let changed = try open(creating: creating).change(reason, dryRun: dryRun, body)
        try ChangeOutput.show(changed.report, asJSON: json, dryRun: dryRun)
        return changed.value
    }

    /// The name of the system user that runs this process, or its number.
    private static var userName: String {
        guard let entry = getpwuid(getuid()) else { return String(getuid()) }
        return String(cString: entry.pointee.pw_name)
    }
}

/// The system's clock.
enum SystemClock {
    /// The time in Unix seconds.
    @Sendable static func now() -> Int64 { Int64(time(nil)) }

    /// Waits.
    @Sendable static func pause(seconds: Int64) {
        sleep(UInt32(clamping: seconds))
    }
}

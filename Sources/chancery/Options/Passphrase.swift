import Administration
import Glibc
import Secrets
import Synchronization

/// A passphrase: from a file, or typed in at a terminal that does not show it. Never an argument, which every user of
/// the machine could read.
final class Passphrase: Sendable {
    /// The longest line that is read from a terminal, in bytes.
    private static let longest = 1024

    private let file: String?
    private let prompt: String
    private let known = Mutex<Secret?>(nil)

    /// A passphrase that is asked for when it is needed, and once.
    ///
    /// - Parameter file: where it stands; nil for `CHANCERY_PASSPHRASE_FILE`, or else the terminal.
    init(file: String?, prompt: String = "Passphrase of the keyring: ") {
        let named = getenv("CHANCERY_PASSPHRASE_FILE").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        self.file = file ?? named
        self.prompt = prompt
    }

    /// A new passphrase, for which the environment does not speak.
    init(newFile: String?) {
        file = newFile
        prompt = "New passphrase: "
    }

    /// Asks for it; the second time the same is given again.
    var source: Directory.PassphraseSource {
        { try self.read() }
    }

    /// The passphrase.
    func read() throws -> Secret {
        try known.withLock { known in
            if let known { return known }
            let passphrase = try file.map(Self.read) ?? Self.typed(prompt)
            known = passphrase
            return passphrase
        }
    }

    /// The passphrase, typed in twice where it is typed in, so that a slip is noticed.
    func readTwice() throws -> Secret {
        let passphrase = try read()
        guard file == nil, try Self.typed("The same again: ") != passphrase else { return passphrase }
        throw AdministrationError(.invalidValue, "the two passphrases differ", remedy: "try again")
    }

    /// What was read already, by its path. A pipe gives its content once, and one path may be meant for two passphrases:
    /// that of the keyring, and that of a backup.
    private static let files = Mutex<[String: Secret]>([:])

    private static func read(_ path: String) throws -> Secret {
        try files.withLock { files in
            if let known = files[path] { return known }
            let passphrase = line(of: try PrivateFile.readHandedOver(path, atMost: longest + 1))
            files[path] = passphrase
            return passphrase
        }
    }

    /// The first line of a file.
    private static func line(of content: Secret) -> Secret {
        content.withBytes { bytes in
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            return Secret(copying: UnsafeRawBufferPointer(rebasing: line))
        }
    }

    private static func typed(_ prompt: String) throws -> Secret {
        try Progress.shared.paused { try typedNow(prompt) }
    }

    private static func typedNow(_ prompt: String) throws -> Secret {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        var shown = termios()
        guard terminal >= 0, tcgetattr(terminal, &shown) == 0 else {
            if terminal >= 0 { close(terminal) }
            throw AdministrationError(
                .keyringLocked, "a passphrase is needed, and there is no terminal to ask for it",
                remedy: "give a file that holds it with --passphrase-file")
        }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(terminal, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &shown)
            _ = write(terminal, "\n", 1)
            close(terminal)
        }
        _ = write(terminal, prompt, prompt.utf8.count)
        var count = 0
        let room = Secret(count: longest) { buffer in
            while count < buffer.count, let base = buffer.baseAddress {
                let read = Glibc.read(terminal, base + count, 1)
                if read < 0 && errno == EINTR { continue }
                guard read == 1, buffer[count] != UInt8(ascii: "\n") else { return }
                count += 1
            }
        }
        return room.withBytes { Secret(copying: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
}

import Secrets

/// What opens a keyring.
enum KeyringSeal: Hashable {
    /// The key file of its home.
    case keyFile
    /// A passphrase.
    case passphrase(Parameters)

    /// How a key is made from a passphrase: Argon2id with these values.
    struct Parameters: Hashable {
        /// Passes over memory.
        var operations: UInt64
        /// Bytes of memory.
        var memory: Int
        /// 16 random bytes.
        var salt: [UInt8]

        /// Values for a new passphrase.
        init(random: RandomSource) {
            operations = PasswordKey.moderateOperations
            memory = PasswordKey.moderateMemory
            salt = random.bytes(PasswordKey.saltCount)
        }

        /// What is believed of a text: more would only serve to occupy the machine.
        private static let believable = (operations: UInt64(1)...64, memory: 8_192...(1 << 33))

        fileprivate init?(_ words: [Substring]) {
            guard words.count == 5, words[1] == "argon2id", let operations = UInt64(words[2]),
                let memory = Int(words[3]), words[4].utf8.count == 2 * PasswordKey.saltCount,
                Self.believable.operations.contains(operations), Self.believable.memory.contains(memory)
            else { return nil }
            let digits = words[4].compactMap(\.hexDigitValue).map { UInt8(clamping: $0) }
            guard digits.count == 2 * PasswordKey.saltCount else { return nil }
            salt = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
            (self.operations, self.memory) = (operations, memory)
        }

        fileprivate var text: String {
            let digits = Array("0123456789abcdef")
            let hex = salt.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
            return "passphrase argon2id \(operations) \(memory) \(String(hex))"
        }

        /// The key that a passphrase makes.
        func key(from passphrase: Secret) throws(AdministrationError) -> Secret {
            do {
                return try PasswordKey.derive(
                    password: passphrase, salt: salt, operations: operations, memory: memory)
            } catch {
                throw AdministrationError(
                    .keyringLocked, "the passphrase cannot be used: \(error.message)", remedy: error.remedy)
            }
        }
    }

    /// The fewest characters of a passphrase that is chosen here.
    private static let shortestPassphrase = 8

    /// Refuses a new passphrase that is soon guessed, whether it is to seal a keyring or a backup.
    static func check(newPassphrase passphrase: Secret) throws(AdministrationError) {
        guard passphrase.count >= shortestPassphrase else {
            throw AdministrationError(
                .invalidValue, "the passphrase is shorter than \(shortestPassphrase) characters",
                remedy: "choose a longer one")
        }
    }

    /// Reads the seal as the database has it; nil for what this version does not know.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        if text == "key file" {
            self = .keyFile
        } else if words.first == "passphrase", let parameters = Parameters(words) {
            self = .passphrase(parameters)
        } else {
            return nil
        }
    }

    /// The seal as the database has it.
    var text: String {
        switch self {
        case .keyFile: "key file"
        case .passphrase(let parameters): parameters.text
        }
    }

    /// The seal in one word or two, for people.
    var name: String {
        switch self {
        case .keyFile: "key file"
        case .passphrase: "passphrase"
        }
    }
}

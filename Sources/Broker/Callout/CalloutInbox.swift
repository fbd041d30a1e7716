import Secrets
import Subjects

/// Where one shard awaits the answers of authentication callouts: each on a reply subject of its own, that nobody can
/// guess and that counts once, in the account that was asked.
///
/// The subject names the shard, so that an answer that is published anywhere else is handed over to it.
struct CalloutInbox {
    /// An answer, before anything of it is believed.
    struct Answer: Sendable {
        /// The subject that it was published on.
        let subject: [UInt8]
        /// Its body; nil for one that is too large to be looked at.
        let body: [UInt8]?
    }

    private struct Waiter {
        let connection: UInt64
        let account: Int
    }

    /// Larger answers are none. A user JWT with many permissions has some thousand bytes.
    static let largestAnswer = 1 << 20

    /// What all servers' callouts are answered on begins with, as far as the shard's letter.
    private static let prefix = "$SYS._INBOX."
    /// Every such subject: the prefix, the shard's letter, the random token.
    static let pattern = try? Pattern("\(prefix)*.*")

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// Over 130 random bits.
    private static let randomLetters = 22

    private let letter: UInt8
    private var waiters: [[UInt8]: Waiter] = [:]

    /// - Parameter shard: from 0 and below 62.
    init(shard: Int) {
        letter = Self.alphabet[shard % Self.alphabet.count]
    }

    /// The shard that a subject names; nil where it is no such subject.
    static func shard(of subject: Span<UInt8>) -> Int? {
        let start = prefix.utf8.count
        guard subject.count == start + 2 + randomLetters, subject[start + 1] == UInt8(ascii: ".") else { return nil }
        return alphabet.firstIndex(of: subject[start])
    }

    /// The subject that an answer for a connection is awaited on, in one account.
    mutating func open(for connection: UInt64, account: Int) -> [UInt8] {
        var subject = Array(Self.prefix.utf8)
        subject.append(letter)
        subject.append(UInt8(ascii: "."))
        // Two bytes for each letter: the remainder by 62 is then as good as even.
        let random = RandomSource.system.bytes(2 * Self.randomLetters)
        for index in 0..<Self.randomLetters {
            let number = Int(random[2 * index]) << 8 | Int(random[2 * index + 1])
            subject.append(Self.alphabet[number % Self.alphabet.count])
        }
        waiters[subject] = Waiter(connection: connection, account: account)
        return subject
    }

    /// The connection that an answer is for, which it waits for no more; nil for one that nobody waits for, as it is late,
    /// the second one or in another account.
    mutating func take(_ subject: [UInt8], in account: Int) -> UInt64? {
        guard let waiter = waiters[subject], waiter.account == account else { return nil }
        waiters[subject] = nil
        return waiter.connection
    }

    /// Nobody waits on a subject any more.
    mutating func close(_ subject: [UInt8]) {
        waiters[subject] = nil
    }
}

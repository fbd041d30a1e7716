import Secrets
import Subjects

/// Where one shard awaits the answers to questions of the server itself, to authentication callouts and to those who may
/// have an account: each on a reply subject of its own, that nobody can guess and that counts only in the account that was
/// asked, and no more often than there were receivers.
///
/// The subject names the shard, so that an answer that is published anywhere else is handed over to it.
struct ServerInbox {
    /// An answer, before anything of it is believed.
    struct Answer: Sendable {
        /// The subject that it was published on.
        let subject: [UInt8]
        /// Its body; nil for one that is too large to be looked at.
        let body: [UInt8]?
    }

    /// Who asks.
    enum Asker: Sendable, Hashable {
        /// A client that is to be let in by a callout.
        case client(connection: UInt64)
        /// The control plane, which looks for an account, by its number for that.
        case lookup(UInt64)
    }

    private struct Waiter {
        let asker: Asker
        let account: Int
        /// How many answers may come.
        var remaining: Int
    }

    /// Larger answers are none. A user JWT with many permissions has some thousand bytes.
    static let largestAnswer = 1 << 20

    /// What such subjects begin with, as far as the shard's letter.
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

    /// The subject that answers are awaited on, in one account.
    ///
    /// - Parameter answers: how many count.
    mutating func open(for asker: Asker, account: Int, answers: Int = 1) -> [UInt8] {
        var subject = Array(Self.prefix.utf8)
        subject.append(letter)
        subject.append(UInt8(ascii: "."))
        // Two bytes for each letter: the remainder by 62 is then as good as even.
        let random = RandomSource.system.bytes(2 * Self.randomLetters)
        for index in 0..<Self.randomLetters {
            let number = Int(random[2 * index]) << 8 | Int(random[2 * index + 1])
            subject.append(Self.alphabet[number % Self.alphabet.count])
        }
        waiters[subject] = Waiter(asker: asker, account: account, remaining: answers)
        return subject
    }

    /// Whom an answer is for; nil for one that nobody waits for, as it is late, one too many or in another account.
    mutating func take(_ subject: [UInt8], in account: Int) -> Asker? {
        guard let waiter = waiters[subject], waiter.account == account else { return nil }
        waiters[subject] = waiter.remaining > 1 ? waiter : nil
        waiters[subject]?.remaining -= 1
        return waiter.asker
    }

    /// Nobody waits on a subject any more.
    mutating func close(_ subject: [UInt8]) {
        waiters[subject] = nil
    }
}

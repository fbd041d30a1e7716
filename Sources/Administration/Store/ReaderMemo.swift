import Claims
import GRDB
import NKeys

/// What one reader has found already: a request asks many times for the same operator, account and user.
///
/// Each reader has its own, so that nothing is left over from another transaction. Only the changes of one transaction have theirs
/// in common, but for users. Within one transaction what was found holds as long as no row was changed by its connection, which
/// SQLite counts, and nothing was undone.
final class ReaderMemo {
    let operators: Table<OperatorEntry>
    let accounts: Table<AccountEntry>
    let users = Table<UserEntry>(RowCount())
    let accessTokens: Table<AccessToken>
    /// Which accounts a policy file governs.
    let governed: Table<Bool>
    /// The rows that count for all but users.
    let count: RowCount

    init(_ count: RowCount = RowCount()) {
        self.count = count
        (operators, accounts) = (Table(count), Table(count))
        (accessTokens, governed) = (Table(count), Table(count))
    }

    /// For the next change of the same transaction.
    init(sharing other: ReaderMemo) {
        count = other.count
        (operators, accounts) = (other.operators, other.accounts)
        (accessTokens, governed) = (other.accessTokens, other.governed)
    }

    /// What was asked for: texts are compared byte by byte, as the database does.
    struct Question: Hashable {
        private let text: ExactText?
        private let key: PublicKey?
        private let owner: PublicKey?

        /// The one of a name or an id, under an owner where it has one.
        init(_ text: String, of owner: PublicKey? = nil) {
            (self.text, key, self.owner) = (ExactText(text), nil, owner)
        }

        /// The one of a key.
        init(_ key: PublicKey, of owner: PublicKey? = nil) {
            (text, self.key, self.owner) = (nil, key, owner)
        }
    }

    /// The rows of one table.
    final class Table<Entry> {
        /// The most that are kept: a request asks for a few, and what goes through all of them asks once for each.
        private static var most: Int { 32 }

        private let count: RowCount
        private var known: [Question: Entry?] = [:]
        /// How many rows the connection had changed when they were read.
        private var changes = 0

        init(_ count: RowCount) { self.count = count }

        /// What was found, or that nothing was, now or earlier.
        func entry(
            _ question: Question, _ database: Database, _ fetch: () throws -> Entry?
        ) rethrows -> Entry? {
            forget(unless: database)
            if let found = known[question] { return found }
            let found = try fetch()
            known[question] = .some(found)
            return found
        }

        /// Keeps what was found by another question of this state.
        func keep(_ entry: Entry, _ question: Question, _ database: Database) {
            forget(unless: database)
            known[question] = .some(entry)
        }

        private func forget(unless database: Database) {
            let now = count.number(database)
            if now != changes || known.count >= Self.most { (known, changes) = ([:], now) }
        }
    }
}

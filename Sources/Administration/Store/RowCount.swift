import GRDB

/// Counts the rows that one connection changes, as a sign that what was read before may not be there any more. Rows that say
/// nothing of what is remembered are left out: a group of changes that issue users asks for their operator, account and signer
/// once.
final class RowCount {
    private var leftOut = 0

    /// Another number after anything that counts was changed, or undone.
    func number(_ database: Database) -> Int { database.totalChangesCount - leftOut }

    /// Does something that changes no operator, no account, nobody's access, nothing that policies govern, and no seed that is
    /// there.
    func leavingOut<Result>(_ database: Database, _ body: () throws -> Result) rethrows -> Result {
        let before = database.totalChangesCount
        // What fails counts.
        let result = try body()
        leftOut += database.totalChangesCount - before
        return result
    }

    /// Something was undone, by which SQLite counts nothing.
    func countUndoing() { leftOut -= 1 }
}

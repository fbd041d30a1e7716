import GRDB
import NKeys

extension Change {
    /// Makes an operator the one that commands mean when they name none. The selected account stays only if it is the
    /// operator's own.
    public func select(operator entry: OperatorEntry) throws {
        try database.execute(
            sql: """
                UPDATE context SET operator = ?1, account = (
                    SELECT public_key FROM accounts WHERE public_key = context.account AND operator = ?1)
                """,
            arguments: [entry.publicKey.text])
    }

    /// Makes an account, and its operator, the ones that commands mean when they name none.
    public func select(account: AccountEntry, of operator: OperatorEntry) throws {
        try database.execute(
            sql: "UPDATE context SET operator = ?, account = ?",
            arguments: [`operator`.publicKey.text, account.publicKey.text])
    }
}

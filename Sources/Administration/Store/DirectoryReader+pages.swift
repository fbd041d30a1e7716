import GRDB
import NKeys

extension DirectoryReader {
    /// The accounts of an operator whose names come after another one, in the byte order of names.
    public func accounts(of operator: OperatorEntry, after name: String, limit: Int) throws -> [AccountEntry] {
        try AccountEntry.fetch(
            database, "WHERE accounts.operator = ? AND accounts.name > ? ORDER BY accounts.name LIMIT ?",
            [`operator`.publicKey.text, name, max(0, limit)])
    }

    /// The users of an account whose names come after another one, in the byte order of names.
    ///
    /// - Parameters:
    ///   - prefix: what the names begin with.
    ///   - signer: the key that signed them, such as that of a role; nil for any.
    public func users(
        of account: AccountEntry, after name: String, prefix: String = "", signedBy signer: String? = nil, limit: Int
    ) throws -> [UserEntry] {
        let first = name.utf8.lexicographicallyPrecedes(prefix.utf8) ? prefix : name
        // A name that is the prefix itself is among them.
        let comparison = first.isExactly(prefix) && !first.isExactly(name) ? ">=" : ">"
        let clause = "WHERE users.account = ? AND users.name \(comparison) ?"
        let end = " AND substr(users.name, 1, length(?)) = ?"
        let signed = signer == nil ? "" : " AND tokens.issuer = ?"
        var arguments: StatementArguments = [account.publicKey.text, first]
        if !prefix.isEmpty { arguments += [prefix, prefix] }
        if let signer { arguments += [signer] }
        arguments += [max(0, limit)]
        return try UserEntry.fetch(
            database, "\(clause)\(prefix.isEmpty ? "" : end)\(signed) ORDER BY users.name LIMIT ?", arguments)
    }
}

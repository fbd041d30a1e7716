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
        let table = signer == nil ? "users" : "user_signers"
        // The plus sign has the users of a signer looked up by their numbers, and not by their account.
        var clause = "WHERE \(signer == nil ? "" : "+")users.account = ? AND \(table).name \(comparison) ?"
        var arguments: StatementValues = [account.publicKey.text, first]
        if let end = Self.end(of: prefix) {
            clause += " AND \(table).name < ?"
            arguments += [end]
        }
        if let signer {
            clause = "JOIN user_signers ON user_signers.user = users.id \(clause) AND user_signers.issuer = ?"
            arguments += [signer]
        }
        arguments += [max(0, limit)]
        return try UserEntry.fetch(database, "\(clause) ORDER BY \(table).name LIMIT ?", arguments)
    }

    /// The first text after all those that begin with another one, in byte order; nil if none is.
    static func end(of prefix: String) -> String? {
        var scalars = Array(prefix.unicodeScalars)
        while let last = scalars.popLast() {
            // Half a character is none.
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            guard let scalar = Unicode.Scalar(next) else { continue }
            scalars.append(scalar)
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            return String(text)
        }
        return nil
    }
}

import Audit
public import Claims
import GRDB
public import NKeys

extension OperatorEntry {
    /// Where the operator's token says that servers are: for accounts to be pushed to, and for clients.
    public func urls() throws(AdministrationError) -> (accountServer: String, services: [String]) {
        let claims = try claims()
        return (claims.accountServerURL, claims.serviceURLs)
    }
}

extension DirectoryReader {
    /// The system account of an operator.
    ///
    /// - Throws: an error of code `notFound` if it has none, or it is not in the directory.
    public func systemAccount(of entry: OperatorEntry) throws -> AccountEntry {
        let key = try entry.claims().systemAccount
        guard !key.isEmpty else {
            throw AdministrationError(
                .notFound, "the operator \"\(entry.name)\" has no system account",
                remedy: "add an account and name it with \"chancery edit operator --system-account\"")
        }
        return try account(EntityReference(key), of: entry)
    }

    /// The name of an account, by its key; nil if the directory does not have it.
    public func accountName(_ key: PublicKey) throws -> String? {
        try accountEntry(key)?.name
    }

    /// Stops on accounts whose tokens servers would refuse.
    ///
    /// - Throws: an error of code `invalidClaims` that names each of them with its fault.
    public func checkBeforePush(_ accounts: [AccountEntry], of entry: OperatorEntry, at now: Int64) throws {
        let claims = try entry.claims()
        var faults: [String] = []
        for account in accounts {
            let accountClaims = try account.claims()
            faults += Self.findings(accountClaims, at: now).filter(\.isBlocking).map {
                "\"\(account.name)\": \($0.text)"
            }
            if !claims.didSign(accountClaims) {
                faults.append("\"\(account.name)\" is signed by a key that the operator does not vouch for")
            }
        }
        guard faults.isEmpty else {
            throw AdministrationError(
                .invalidClaims, "servers would refuse what is pushed: " + faults.joined(separator: "; "),
                remedy: "change the account, or push all the same with --force")
        }
    }
}

extension DirectoryReader {
    /// The accounts of an operator whose current token no server is known to have, or some server is known not to have.
    public func accountsBehind(of entry: OperatorEntry) throws -> [PublicKey: TokenVersion] {
        let sql = """
            SELECT accounts.public_key, tokens.version FROM accounts JOIN tokens ON tokens.id = accounts.token
            WHERE accounts.operator = ?1 AND (
                NOT EXISTS (SELECT 1 FROM deliveries WHERE account = accounts.public_key)
                OR EXISTS (
                    SELECT 1 FROM deliveries
                    WHERE account = accounts.public_key AND deliveries.version <> tokens.version))
            """
        var behind: [PublicKey: TokenVersion] = [:]
        for row in try database.rows(sql, [entry.publicKey.text]) {
            guard let key = row.text("public_key").flatMap({ EntityReference($0).publicKey }) else { continue }
            behind[key] = row.bytes("version").flatMap { TokenVersion(hex: Hexadecimal.text($0)) }
        }
        return behind
    }
}

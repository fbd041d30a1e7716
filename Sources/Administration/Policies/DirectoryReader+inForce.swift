import Claims
import FoundationEssentials
import GRDB
import NKeys
public import Policy

extension DirectoryReader {
    /// What is in force under an operator, as a set to ask questions about: the accounts' claims, the users, and where each
    /// rule stands in the files that were applied.
    ///
    /// - Parameter now: Unix seconds.
    public func policySetInForce(at place: Place, now: Int64) throws -> PolicySet {
        let entry = try self.operator(at: place)
        let names = try accountNames(at: place)
        let finder = SourceFinder(self, names)
        let accounts = try accounts(of: entry).map { account in
            var found = AccountInForce(claims: try account.claims())
            found.settings = try settings(of: account.publicKey)
            found.users = try users(of: account).map { try $0.claims() }
            found.declared = try declaredUsers(of: account.publicKey)
            let version = TokenVersion(of: account.token)
            found.sources = try sourceMap(of: version) ?? SourceMap()
            guard let hash = try textsInForce(of: account.publicKey) else { return found }
            // Without files that this version reads the map that was stored with the claims says where things are.
            guard let set = finder.set(hash.hex), let compiled = set.compiled(account.name) else { return found }
            found.policy = set.account(account.name)
            found.sources = compiled.sourceMap(of: found.claims, accounts: names)
            return found
        }
        return PolicySet(inForce: accounts, isStrict: try entry.claims().strictSigningKeyUsage, at: now)
    }

    /// The hash of the texts that an account is governed by; nil for a free one.
    func textsInForce(of account: PublicKey) throws -> TokenVersion? {
        let sql = "SELECT lower(hex(texts)) AS text FROM policy_accounts WHERE account = ?"
        return try database.texts(sql, [account.text]).first.flatMap { TokenVersion(hex: $0) }
    }

    /// The set of some texts, as this version reads it; nil where it reads something else.
    func policySet(of hash: TokenVersion) throws -> PolicySet? {
        let sql = "SELECT content AS text FROM policy_texts WHERE hash = ?"
        guard let content = try database.texts(sql, [Data(hash.bytes)]).first,
            let texts = PolicyTexts(encoded: content)
        else { return nil }
        return try? PolicySet(texts, isKnownTimeZone: SystemTimeZones.isKnown)
    }
}

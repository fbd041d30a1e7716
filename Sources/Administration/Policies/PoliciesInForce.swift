import Claims
import FoundationEssentials
import GRDB
public import NKeys
public import Policy

/// The files that are in force under an operator, and the accounts that each set of them governs.
public struct PoliciesInForce: Sendable {
    public struct Member: Sendable {
        public let name: String
        public let publicKey: PublicKey
        /// The hash of the texts that govern it; nil for a free one.
        public let set: String?
    }

    /// In the order of their names.
    public let accounts: [Member]
    /// By their hashes.
    public let sets: [(id: String, texts: PolicyTexts)]
}

extension DirectoryReader {
    public func policiesInForce(of entry: OperatorEntry) throws -> PoliciesInForce {
        let accounts = try accounts(of: entry).map { account in
            PoliciesInForce.Member(
                name: account.name, publicKey: account.publicKey, set: try textsInForce(of: account.publicKey)?.hex)
        }
        let sets = try Set(accounts.compactMap(\.set)).sorted().compactMap { id -> (id: String, texts: PolicyTexts)? in
            guard let hash = TokenVersion(hex: id) else { return nil }
            let sql = "SELECT content AS text FROM policy_texts WHERE hash = ?"
            return try database.texts(sql, [Data(hash.bytes)]).first.flatMap { PolicyTexts(encoded: $0) }.map {
                (id, $0)
            }
        }
        return PoliciesInForce(accounts: accounts, sets: sets)
    }
}

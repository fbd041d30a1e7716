import Claims
import Policy

/// Finds where entries of claims stand in texts that were kept: each set is read once.
final class SourceFinder {
    private let reader: DirectoryReader
    /// Accounts by their keys.
    private let names: [String: String]
    private var sets: [String: PolicySet?] = [:]

    init(_ reader: DirectoryReader, _ names: [String: String]) {
        (self.reader, self.names) = (reader, names)
    }

    /// - Parameter texts: their hash in hexadecimal.
    /// - Returns: nil where this version reads something else.
    func set(_ texts: String) -> PolicySet? {
        if let known = sets[texts] { return known }
        let set = TokenVersion(hex: texts).flatMap { try? reader.policySet(of: $0) }
        sets[texts] = .some(set)
        return set
    }

    /// The names of the accounts that a set has files of.
    func accounts(of texts: String) -> [String] { set(texts)?.accounts.map(\.policy.account.value) ?? [] }

    /// What an account's file grants in a state of it; nothing for a free one.
    func grants(of state: GovernedState) -> [AccountGrant] {
        state.texts.flatMap { set($0)?.account(state.name)?.policy.grants } ?? []
    }

    /// The map of an account's claims; empty where nothing is known.
    func sources(_ texts: String, of account: String, _ claims: AccountClaims) -> SourceMap {
        set(texts)?.compiled(account)?.sourceMap(of: claims, accounts: names) ?? SourceMap()
    }
}

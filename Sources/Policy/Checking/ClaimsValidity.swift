import Claims
import NKeys

extension CompiledAccount {
    /// What makes servers refuse the claims, whatever keys they come to have: what was not told of before, at its place in
    /// the file.
    func refusals(of account: PolicySet.Account) -> [PolicyProblem] {
        guard let made = claimsWithMadeUpKeys() else { return [] }
        let map = sourceMap(of: made.claims, accounts: made.names)
        return made.claims.validate(at: 0).filter { $0.level == .error }.map { issue in
            PolicyProblem(
                .wrongValue, at: map.place(ofClaim: issue.path) ?? account.policy.account.position, in: account.source,
                "no server takes this: \(issue.description)", remedy: "change it, or take it out")
        }
    }

    private func claimsWithMadeUpKeys() -> (claims: AccountClaims, names: [String: String])? {
        var count = 0
        func key() -> String? {
            count += 1
            let bytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 < 8 ? count >> ($0 * 8) : 0) }
            return try? PublicKey(kind: .account, rawBytes: bytes).text
        }
        guard let own = key() else { return nil }
        var keys = AccountKeys(account: own)
        for role in roles { keys.roles[role.name] = key() }
        for item in imports where keys.accounts[item.from] == nil { keys.accounts[item.from] = key() }
        guard let claims = try? claims(keys) else { return nil }
        let names = Dictionary(keys.accounts.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        return (claims, names)
    }
}

extension SourceMap {
    /// Where the entry stands that a path such as `nats.imports[2].subject` leads into.
    func place(ofClaim path: String) -> PolicyPosition? {
        var steps = path.split { ".[]".contains($0) }
        while !steps.isEmpty {
            if let place = places["/" + steps.joined(separator: "/")]?.first { return place }
            steps.removeLast()
        }
        return nil
    }
}

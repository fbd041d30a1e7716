public import Claims

extension AccountClaims {
    /// These claims, as they were applied, with what was done by hand since and stays: whatever is the same in the claims
    /// that are there and in those to come. What is left to tell the two from each other is what is taken back.
    public func agreeing(_ present: AccountClaims, _ target: AccountClaims) -> AccountClaims {
        var claims = self
        func agree<Value: Equatable>(_ path: WritableKeyPath<AccountClaims, Value>) {
            if present[keyPath: path] == target[keyPath: path] { claims[keyPath: path] = present[keyPath: path] }
        }
        agree(\.limits)
        agree(\.authorization)
        agree(\.tags)
        agree(\.trace)
        agree(\.clusterTraffic)
        agree(\.infoURL)
        agree(\.description)
        agree(\.defaultPermissions)
        claims.exports = Self.agreed(exports, present.exports, target.exports) { export in
            [export.type.name, export.subject]
        }
        claims.imports = Self.agreed(imports, present.imports, target.imports) { item in
            [item.type.name, item.subject, item.account, item.localSubject]
        }
        claims.signingKeys = Self.agreed(signingKeys, present.signingKeys, target.signingKeys) { [$0.key] }
        for source in Set(mappings.keys + present.mappings.keys)
        where present.mappings[source] == target.mappings[source] {
            claims.mappings[source] = present.mappings[source]
        }
        return claims
    }

    private static func agreed<Element: Equatable>(
        _ applied: [Element], _ present: [Element], _ target: [Element], by name: (Element) -> [String]
    ) -> [Element] {
        func named(_ list: [Element]) -> [[String]: Element] {
            Dictionary(list.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
        }
        let (now, wanted) = (named(present), named(target))
        return applied.filter { now[name($0)] != wanted[name($0)] } + present.filter { wanted[name($0)] == $0 }
    }
}

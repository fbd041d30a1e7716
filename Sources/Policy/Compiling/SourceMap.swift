public import Claims

/// Where each entry of an account's claims comes from: by its JSON pointer, one or more places in the files.
///
/// Pointers are those of explanations: `/nats/exports/0`, or `/nats/signing_keys/KEY/template/pub/allow/0` for the
/// entries of a role. `/users/NAME` leads to a user of the file, who is in no claims.
public struct SourceMap: Sendable, Hashable {
    public private(set) var places: [String: [PolicyPosition]] = [:]

    public init() {}

    /// As JSON, sorted: each pointer with its places as `[file, line, column]`.
    public var encoded: String {
        var members = TextDictionary<JSONValue>()
        for (pointer, positions) in places {
            members[pointer] = .array(
                positions.map { .array([.string($0.file), .number(Double($0.line)), .number(Double($0.column))]) })
        }
        return JSONValue.object(members).jsonText
    }

    public init?(encoded: String) {
        guard let members = JSONValue(parsing: Array(encoded.utf8))?.members else { return nil }
        for (pointer, value) in members {
            places[pointer] = value.elements?.compactMap { place in
                guard let parts = place.elements, parts.count == 3, let file = parts[0].text,
                    let line = parts[1].integer, let column = parts[2].integer
                else { return nil }
                return PolicyPosition(file: file, line: Int(clamping: line), column: Int(clamping: column))
            }
        }
    }

    mutating func add(_ pointer: String, _ positions: [PolicyPosition]?) {
        if let positions, !positions.isEmpty { places[pointer] = Array(Set(positions)).sorted() }
    }
}

extension CompiledAccount {
    /// The map of claims that this policy had a part in, whole or halfway.
    ///
    /// - Parameter names: the names of the accounts by their keys.
    public func sourceMap(of claims: AccountClaims, accounts names: [String: String]) -> SourceMap {
        var map = SourceMap()
        map.add("/nats/limits", sources["limits"])
        for (index, export) in claims.exports.enumerated() {
            map.add("/nats/exports/\(index)", sources["export \(export.type.name) \(export.subject)"])
        }
        for (index, item) in claims.imports.enumerated() {
            let from = names[item.account] ?? item.account
            map.add("/nats/imports/\(index)", sources["import \(item.type.name) \(item.subject) \(from)"])
        }
        for (source, _) in claims.mappings { map.add("/nats/mappings/\(source)", sources["mapping \(source)"]) }
        for user in users { map.add("/users/\(user.name)", sources["user \(user.name)"]) }
        let byName = Dictionary(roles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for scope in claims.signingKeys.compactMap(\.scope) {
            guard let role = byName[scope.role] else { continue }
            let pointer = "/nats/signing_keys/\(scope.key)"
            map.add(pointer, sources["role \(role.name)"])
            // Before a role is switched its entries are those of earlier texts.
            guard role.template == scope.template else { continue }
            for (path, places) in role.sources { map.add(pointer + "/template" + path, places) }
        }
        return map
    }
}

import Claims
import Subjects

// What accounts share, their mappings, users and limits.

extension AccessComparison {
    mutating func compareExports() throws(SubjectsTooLarge) {
        for type in [ExportType.stream, .service] {
            for isPrivate in [false, true] {
                func exported(_ access: AccountAccess) -> [(index: Int, subject: String)] {
                    access.claims.exports.enumerated().filter {
                        $0.element.type == type && $0.element.tokenRequired == isPrivate
                    }.map { ($0.offset, $0.element.subject) }
                }
                let who = isPrivate ? "accounts with a grant" : "every account"
                try compare(who, "import the \(type.name)", exported(old), exported(new), "/nats/exports")
            }
        }
        let exports = Set((old.claims.exports + new.claims.exports).map(ExportName.init))
        for name in exports.sorted() {
            guard let one = name.find(in: old.claims), let other = name.find(in: new.claims) else { continue }
            let pointers = Pointers(old: "/nats/exports/\(one)", new: "/nats/exports/\(other)")
            for ((term, was), (_, now)) in zip(old.claims.exports[one].terms, new.claims.exports[other].terms) {
                compare("\(name.type) \(name.subject)", term, was, now, pointers)
            }
        }
    }

    mutating func compareImports() throws(SubjectsTooLarge) {
        let exporters = Set(
            old.claims.imports.map { old.account($0.account) } + new.claims.imports.map { new.account($0.account) })
        for exporter in exporters.sorted() {
            for type in [ExportType.stream, .service] {
                func imported(_ access: AccountAccess) -> [(index: Int, subject: String)] {
                    access.claims.imports.enumerated().filter {
                        access.account($0.element.account) == exporter && $0.element.type == type
                    }.map { ($0.offset, $0.element.subject) }
                }
                try compare(
                    "the account", "take from \(exporter) the \(type.name)", imported(old), imported(new),
                    "/nats/imports")
            }
            for (index, item) in new.claims.imports.enumerated() where new.account(item.account) == exporter {
                let known = old.claims.imports.firstIndex {
                    $0.subject == item.subject && $0.type == item.type && old.account($0.account) == exporter
                }
                guard let known else { continue }
                let same = old.claims.imports[known]
                let pointers = Pointers(old: "/nats/imports/\(known)", new: "/nats/imports/\(index)")
                let holder = "import of \(item.type.name) \(item.subject)"
                func local(_ item: Import) -> String { item.localSubject.isEmpty ? item.subject : item.localSubject }
                compare(holder, "local subject", local(same), local(item), pointers)
                compare(holder, "requester", same.share ? "shown" : "hidden", item.share ? "shown" : "hidden", pointers)
                compare(
                    holder, "traces", same.allowTrace ? "allowed" : nil, item.allowTrace ? "allowed" : nil, pointers)
            }
        }
    }

    mutating func compareMappings() {
        func text(_ destinations: [WeightedMapping]?) -> String? {
            destinations.map { list in
                list.map { mapping in
                    "\(mapping.subject) \(mapping.effectiveWeight)%"
                        + (mapping.cluster.isEmpty ? "" : " in \(mapping.cluster)")
                }.joined(separator: ", ")
            }
        }
        for source in Set(old.claims.mappings.keys + new.claims.mappings.keys).sorted() {
            compare(
                "mapping of \(source)", "destinations", text(old.claims.mappings[source]),
                text(new.claims.mappings[source]),
                Pointers(old: "/nats/mappings/\(source)", new: "/nats/mappings/\(source)"))
        }
    }

    /// Compares lists of subjects.
    private mutating func compare(
        _ holder: String, _ action: String, _ one: [(index: Int, subject: String)],
        _ other: [(index: Int, subject: String)], _ pointer: String
    ) throws(SubjectsTooLarge) {
        let (old, new) = (self.old, self.new)
        func set(_ list: [(index: Int, subject: String)]) -> SubjectSet {
            SubjectSet(list.compactMap { try? Pattern($0.subject) })
        }
        try compare(
            holder, action, set(one), set(other),
            Rules(
                old: PlacedRules(one, pointer, old.sources), new: PlacedRules(other, pointer, new.sources)))
    }

    /// - Parameter renamed: the old names of roles, by their new ones: who has such a role has the same as before.
    mutating func compareUsers(_ renamed: [String: String]) {
        let names = Dictionary(renamed.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        func roles(_ access: AccountAccess, _ names: [String: String]) -> [String: String] {
            Dictionary(
                access.users.map { ($0.name, ([names[$0.role] ?? $0.role] + $0.tags).joined(separator: " ")) },
                uniquingKeysWith: { first, _ in first })
        }
        let (before, after) = (roles(old, names), roles(new, [:]))
        for name in Set(before.keys).union(after.keys).sorted() {
            compare(
                "user \(name)", "role", before[name], after[name],
                Pointers(old: "/users/\(name)", new: "/users/\(name)"))
        }
    }

    mutating func compareLimits() {
        for ((name, was), (_, now)) in zip(old.claims.limits.terms, new.claims.limits.terms) {
            compare("limits", name, was, now, Pointers(old: "/nats/limits", new: "/nats/limits"))
        }
        compare("traces", "destination", old.claims.trace?.destination, new.claims.trace?.destination)
    }
}

/// What tells an export from others.
private struct ExportName: Hashable, Comparable {
    let type: String
    let subject: String

    init(_ export: Export) {
        (type, subject) = (export.type.name, export.subject)
    }

    func find(in claims: AccountClaims) -> Int? { claims.exports.firstIndex { ExportName($0) == self } }

    static func < (one: ExportName, other: ExportName) -> Bool {
        (one.type, one.subject) < (other.type, other.subject)
    }
}

extension Export {
    /// What an export says beside its subject: names, and values in words.
    fileprivate var terms: [(String, String?)] {
        [
            ("answers", type == .service ? (responseType.rawValue.isEmpty ? "Singleton" : responseType.rawValue) : nil),
            ("time for an answer", responseThreshold == 0 ? nil : "\(Double(responseThreshold) / 1e9) s"),
            ("latency", latency.map { "\($0.sampling)% to \($0.results)" }),
            ("account token", accountTokenPosition == 0 ? nil : String(accountTokenPosition)),
            ("traces", allowTrace ? "allowed" : nil), ("advertised", advertise ? "yes" : nil),
        ]
    }
}

extension AccountLimits {
    fileprivate var terms: [(String, String?)] {
        func limit(_ number: Int64) -> String { number < 0 ? "unlimited" : String(number) }
        let storage: [(String, String?)] = [
            ("memory storage", limit(jetStream.memoryStorage)), ("disk storage", limit(jetStream.diskStorage)),
            ("streams", limit(jetStream.streams)), ("consumers", limit(jetStream.consumers)),
            ("tiers", tieredJetStream.isEmpty ? nil : tieredJetStream.keys.joined(separator: ", ")),
        ]
        return [
            ("connections", limit(connections)), ("leaf nodes", limit(leafNodeConnections)),
            ("subscriptions", limit(subscriptions)), ("payload", limit(payload)), ("data", limit(data)),
            ("imports", limit(imports)), ("exports", limit(exports)),
            ("wildcard exports", wildcardExports ? "allowed" : "forbidden"),
            ("bearer tokens", disallowBearer ? "forbidden" : "allowed"),
        ] + storage
    }
}

import Authorization
import Claims
import Subjects

// What accounts share, their mappings and users.

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
        let (before, after) = (ExportName.places(in: old.claims), ExportName.places(in: new.claims))
        for name in before.keys.sorted() {
            guard let one = before[name], let other = after[name] else { continue }
            let pointers = Pointers(old: "/nats/exports/\(one)", new: "/nats/exports/\(other)")
            for ((term, was), (_, now)) in zip(old.claims.exports[one].terms, new.claims.exports[other].terms) {
                compare("\(name.type) \(name.subject)", term, was, now, pointers)
            }
        }
    }

    mutating func compareImports() throws(SubjectsTooLarge) {
        let exporters = Set(
            old.claims.imports.map { old.account($0.account) } + new.claims.imports.map { new.account($0.account) })
        let (before, after) = (ImportName.groups(in: old), ImportName.groups(in: new))
        for exporter in exporters.sorted() {
            for type in [ExportType.stream, .service] {
                func imported(_ groups: [ImportName: [Int]], _ access: AccountAccess) -> [(index: Int, subject: String)]
                {
                    groups.filter { $0.key.exporter == exporter && $0.key.type == type.name }.flatMap(\.value).sorted()
                        .map { ($0, access.claims.imports[$0].subject) }
                }
                try compare(
                    "the account", "take from \(exporter) the \(type.name)", imported(before, old),
                    imported(after, new),
                    "/nats/imports")
            }
        }
        for (name, places) in after.sorted(by: { $0.key < $1.key }) {
            if let former = before[name] { compareImports(name, former, places) }
        }
    }

    /// Compares what is taken under one name on both sides: mostly one import.
    private mutating func compareImports(_ name: ImportName, _ former: [Int], _ places: [Int]) {
        let holder = "import of \(name.type) \(name.subject)"
        let (before, after) = (former.map { old.claims.imports[$0] }, places.map { new.claims.imports[$0] })
        let pointers = Pointers(
            old: former.first.map { "/nats/imports/\($0)" }, new: places.first.map { "/nats/imports/\($0)" })
        func words(_ list: [Import], _ word: (Import) -> String?) -> String? {
            let words = Set(list.compactMap(word)).sorted()
            return words.isEmpty ? nil : words.joined(separator: ", ")
        }
        let terms: [(String, (Import) -> String?)] = [
            ("local subject", ImportUse.localSubject(of:)),
            ("requester", { $0.share ? "shown" : "hidden" }), ("traces", { $0.allowTrace ? "allowed" : nil }),
        ]
        for (term, word) in terms { compare(holder, term, words(before, word), words(after, word), pointers) }
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
}

/// What tells an export from others.
private struct ExportName: Hashable, Comparable {
    let type: String
    let subject: String

    init(_ export: Export) {
        (type, subject) = (export.type.name, export.subject)
    }

    /// Where each stands.
    static func places(in claims: AccountClaims) -> [ExportName: Int] {
        Dictionary(
            claims.exports.enumerated().map { (ExportName($0.element), $0.offset) },
            uniquingKeysWith: { first, _ in first })
    }

    static func < (one: ExportName, other: ExportName) -> Bool {
        (one.type, one.subject) < (other.type, other.subject)
    }
}

/// What tells an import from others; several may take the same under different local names.
private struct ImportName: Hashable, Comparable {
    let exporter: String
    let type: String
    let subject: String

    /// Where those of each name stand by which something may come in.
    static func groups(in access: AccountAccess) -> [ImportName: [Int]] {
        let places = access.claims.imports.indices.filter { !access.revokedImports.contains($0) }
        return Dictionary(grouping: places) { index in
            let item = access.claims.imports[index]
            return ImportName(exporter: access.account(item.account), type: item.type.name, subject: item.subject)
        }
    }

    static func < (one: ImportName, other: ImportName) -> Bool {
        (one.exporter, one.type, one.subject) < (other.exporter, other.type, other.subject)
    }
}

extension Export {
    /// What an export says beside its subject: names, and values in words.
    fileprivate var terms: [(String, String?)] {
        [
            ("answers", type == .service ? (responseType.rawValue.isEmpty ? "Singleton" : responseType.rawValue) : nil),
            ("time for an answer", responseThreshold == 0 ? nil : "\(Double(responseThreshold) / 1e9) s"),
            ("latency", latency.map { "\($0.sampling == 0 ? "where asked for" : "\($0.sampling)%") to \($0.results)" }),
            ("account token", accountTokenPosition == 0 ? nil : String(accountTokenPosition)),
            ("traces", allowTrace ? "allowed" : nil), ("advertised", advertise ? "yes" : nil),
            ("more about it", infoURL.isEmpty ? nil : infoURL),
        ]
    }
}

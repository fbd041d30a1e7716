import Claims
public import Subjects

/// Compares what an account allows before and after a change.
public struct AccessComparison {
    let old: AccountAccess
    let new: AccountAccess
    private(set) var changes: [AccessChange] = []

    /// The differences, in a stable order: roles by name, then what is shared, then users and limits.
    ///
    /// - Parameter renamed: the old names of roles, by their new ones.
    public static func changes(
        from old: AccountAccess, to new: AccountAccess, renamed: [String: String] = [:]
    ) throws(SubjectsTooLarge) -> [AccessChange] {
        var comparison = AccessComparison(old: old, new: new)
        try comparison.compareRoles(renamed)
        try comparison.compareExports()
        try comparison.compareGrants()
        try comparison.compareImports()
        comparison.compareMappings()
        comparison.compareUsers(renamed)
        comparison.compareLimits()
        comparison.compareSettings()
        comparison.comparePlainKeys()
        return comparison.changes
    }

    private init(old: AccountAccess, new: AccountAccess) {
        (self.old, self.new) = (old, new)
    }

    // MARK: Roles

    private mutating func compareRoles(_ renamed: [String: String]) throws(SubjectsTooLarge) {
        let (before, after) = (old.roles(besides: new), new.roles(besides: old))
        let taken = Set(renamed.values)
        let gone = Set(before.keys).subtracting(after.keys).subtracting(taken)
        for name in Set(after.keys).union(gone).sorted() {
            // A name that another role had is not the same role.
            let oldName = renamed[name] ?? name
            let (one, other) = (renamed[name] == nil && taken.contains(name) ? nil : before[oldName], after[name])
            let holder = "role \(name)"
            let pointers = Pointers(
                old: one.map { "/nats/signing_keys/\($0.key)" }, new: other.map { "/nats/signing_keys/\($0.key)" })
            if oldName != name { compare(holder, "name", oldName, name, pointers) }
            if one == nil { compare(holder, "role", nil, name, pointers) }
            if other == nil { compare(holder, "role", name, nil, pointers) }
            try compare(one.map(old.held), other.map(new.held), holder, pointers)
            if one != nil, other != nil {
                let (was, now) = (old.replies[oldName] ?? .any, new.replies[name] ?? .any)
                compare(holder, "replies", was.rawValue, now.rawValue, pointers)
                if let before = old.terms?[oldName], let after = new.terms?[name] {
                    compareTerms(before, after, holder, pointers)
                }
            }
        }
        let pointer = AccountAccess.defaultsPointer
        try compare(
            old.held(UserPermissionLimits(), at: pointer), new.held(UserPermissionLimits(), at: pointer),
            "users without a role", Pointers(old: pointer, new: pointer))
    }

    private mutating func compareTerms(
        _ one: RoleTerms, _ other: RoleTerms, _ holder: String, _ pointers: Pointers
    ) {
        func words(_ text: String) -> String { text.isEmpty ? "ever" : text }
        compare(
            holder, "new credentials are good for", words(one.lifetimeText), words(other.lifetimeText), pointers)
        for tag in Set(one.tags.keys).union(other.tags.keys).sorted() where one.values["tag(\(tag))"] == nil {
            // Of those that a role may have, the ones that are different.
            func list(_ values: [String]?, without others: [String]?) -> String? {
                let values = Set(values ?? []).subtracting(others ?? []).sorted()
                let more = values.count > 10 ? " and \(values.count - 10) more" : ""
                return values.isEmpty ? nil : values.prefix(10).joined(separator: ", ") + more
            }
            let (before, after) = (one.tags[tag], other.tags[tag])
            compare(
                holder, "values of the tag \(tag)", list(before, without: after), list(after, without: before), pointers
            )
        }
    }

    private mutating func compare(
        _ held: AccountAccess.Held?, _ otherHeld: AccountAccess.Held?, _ holder: String, _ pointers: Pointers
    ) throws(SubjectsTooLarge) {
        let (one, other) = (held?.limits, otherHeld?.limits)
        guard one != other else { return }
        let (old, new) = (self.old, self.new)
        func rules(
            _ list: KeyPath<Permissions, Permission>, _ name: String, where isMeant: (String?) -> Bool = { $0 == nil }
        ) -> Rules {
            func side(_ held: AccountAccess.Held?, _ access: AccountAccess) -> PlacedRules {
                PlacedRules(
                    held?.limits.permissions[keyPath: list], "\(held?.pointer ?? "")/\(name)", access.sources,
                    where: isMeant)
            }
            return Rules(old: side(held, old), new: side(otherHeld, new))
        }
        let (before, after) = (one.map { RoleSets($0) } ?? RoleSets(), other.map { RoleSets($0) } ?? RoleSets())
        try compare(holder, "publish", try before.published(), try after.published(), rules(\.publish, "pub"))
        try compare(holder, "subscribe", try before.subscribed(), try after.subscribed(), rules(\.subscribe, "sub"))
        let groups = before.groups.union(after.groups).subtracting(["_sys_"])
        for group in groups.sorted() {
            try compare(
                holder, "join \(group) on", try before.subscribed(in: group), try after.subscribed(in: group),
                rules(\.subscribe, "sub") { $0 == nil || $0 == group || $0?.hasWildcards == true })
        }
        var fresh = FreshTokens { groups.contains(String(decoding: $0, as: UTF8.self)) }
        let others = String(decoding: fresh.next(), as: UTF8.self)
        try compare(
            holder, groups.isEmpty ? "join groups on" : "join other groups on", try before.subscribed(in: others),
            try after.subscribed(in: others), rules(\.subscribe, "sub") { $0 == nil || $0?.hasWildcards == true })
        guard let one, let other else {
            // What a role that is new, or goes, may answer is no rule's.
            return compare(holder, UserPermissionLimits.answers, one?.answers, other?.answers, pointers)
        }
        for ((name, was), (_, now)) in zip(one.terms, other.terms) { compare(holder, name, was, now, pointers) }
    }

    // MARK: What is compared

    /// Where a value stands in the claims of both sides; nil where it does not.
    struct Pointers {
        var old: String?
        var new: String?
    }

    /// The entries that a set comes from, on both sides.
    struct Rules {
        let old: PlacedRules
        let new: PlacedRules
    }

    /// Adds what is gained and what is lost.
    mutating func compare(
        _ holder: String, _ action: String, _ one: SubjectSet, _ other: SubjectSet,
        _ rules: @autoclosure () -> Rules
    ) throws(SubjectsTooLarge) {
        let (gained, lost) = (try Given(other.subtracting(one)), try Given(one.subtracting(other)))
        guard gained != nil || lost != nil else { return }
        let rules = rules()
        if let gained {
            var change = AccessChange(new.name, holder, action, .gains(gained.subjects))
            let found = PlacedRules.sources(of: gained.lines, with: rules.new, without: rules.old)
            (change.sources, change.formerSources) = (found.having, found.lacking)
            changes.append(change)
        }
        if let lost {
            var change = AccessChange(new.name, holder, action, .loses(lost.subjects))
            let found = PlacedRules.sources(of: lost.lines, with: rules.old, without: rules.new)
            (change.formerSources, change.sources) = (found.having, found.lacking)
            changes.append(change)
        }
    }

    /// Adds a value that is another; nil for nothing.
    mutating func compare(
        _ holder: String, _ name: String, _ one: String?, _ other: String?, _ pointers: Pointers = Pointers()
    ) {
        guard one != other else { return }
        var change = AccessChange(new.name, holder, name, .becomes(old: one, new: other))
        change.sources = pointers.new.flatMap { new.sources.places[$0] } ?? []
        change.formerSources = pointers.old.flatMap { old.sources.places[$0] } ?? []
        changes.append(change)
    }

    /// Adds what was worked out.
    mutating func add(_ change: AccessChange) { changes.append(change) }

    /// A set that is gained or lost; nil for nothing.
    private struct Given {
        let lines: [SubjectLines.Line]
        let subjects: AccessChange.SubjectsGiven

        init?(_ set: SubjectSet) throws(SubjectsTooLarge) {
            lines = try set.lines().lines
            guard !lines.isEmpty else { return nil }
            let witness = try set.witness().map { Self.filled(String(decoding: $0, as: UTF8.self), set) }
            subjects = AccessChange.SubjectsGiven(lines: lines.map(\.description), witness: witness)
        }

        /// A subject as somebody has it whose name and values no rule mentions: one word for each template.
        private static func filled(_ subject: String, _ set: SubjectSet) -> String {
            let entry = TemplateEntry(subject)
            guard entry.hasTemplates else { return subject }
            let taken = set.namedTokens.union(subject.utf8.split(separator: UInt8(ascii: ".")).map { Array($0) })
            var fresh = FreshTokens { taken.contains($0) }
            var values: [TemplateEntry.Function: String] = [:]
            return entry.parts.map { part in
                switch part {
                case .literal(let text): return text
                case .template(let function, text: _):
                    let value = values[function] ?? String(decoding: fresh.next(), as: UTF8.self)
                    values[function] = value
                    return value
                }
            }.joined()
        }
    }
}

extension UserPermissionLimits {
    /// What `serve` gives beside subjects.
    fileprivate static let answers = "answers to each request"
    fileprivate var answers: String? {
        permissions.response.map { "\($0.maxMessages) within \(Double($0.expires) / 1e9) s" }
    }

    /// What limits the holders of a role beside its sets: names, and values in words.
    var terms: [(String, String?)] {
        func limit(_ number: Int64) -> String? { number < 0 ? nil : String(number) }
        func list(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.joined(separator: ", ") }
        let hours = list(times.map { "\($0.start)-\($0.end)" }).map { timeZone.isEmpty ? $0 : "\($0) \(timeZone)" }
        return [
            (Self.answers, answers), ("networks", list(sources)), ("hours", hours),
            ("connections", list(allowedConnectionTypes)), ("subscriptions of a connection", limit(subscriptions)),
            ("bytes of a message", limit(payload)), ("bytes", limit(data)),
            ("bearer tokens", bearerToken ? "allowed" : nil), ("proxy", proxyRequired ? "required" : nil),
        ]
    }
}

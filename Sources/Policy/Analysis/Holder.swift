import Claims
import Subjects

/// Somebody in a role, as far as it has to be known who: a user of a file, or whoever has some values for the templates.
struct Holder: Sendable {
    enum Coverage: Sendable, Hashable {
        /// It holds whatever the values are, but for tags, which have a domain.
        case every
        /// It holds for who is called so.
        case named(String)
        /// Nobody has been found that it holds for, and nobody could be ruled out.
        case atMost
    }

    let role: AccessGraph.Role
    let values: PermissionTemplate.Values
    let sets: HolderSets
    let coverage: Coverage

    /// In the words of an answer.
    var words: String {
        let tags = values.tags.isEmpty ? "" : " with \(values.tags.joined(separator: ", "))"
        switch coverage {
        case .every: return "every holder" + tags
        case .named(let name): return name + tags
        case .atMost: return "at most some holders"
        }
    }
}

extension AccessGraph.Role {
    /// The names of the roles in a key's name: `a+b` of a user with both, `a@user` with that user's extras, `a:plant=berlin`
    /// for one value.
    static func names(in key: String) -> [String] {
        let role = key.prefix { $0 != "@" && $0 != ":" }
        return role.split(separator: "+").map(String.init)
    }

    /// More combinations of values than this are not tried.
    static let maximumCombinations = 256
    /// The most different templates of a role for which generic holders are thought of.
    static let maximumFunctions = 4

    /// The functions of its templates.
    var functions: Set<TemplateEntry.Function> {
        var result: Set<TemplateEntry.Function> = []
        for entry in permissions.entries {
            for case .template(let function, text: _) in TemplateEntry(entry).parts { result.insert(function) }
        }
        return result
    }

    /// What it allows at most, whatever its templates are filled with.
    ///
    /// - Parameter engine: nil for the one that all is asked for.
    func bound(on engine: Engine? = nil) throws(SubjectsTooLarge) -> HolderSets {
        var permissions = permissions
        for list in [\Permissions.publish, \Permissions.subscribe] {
            permissions[keyPath: list].allow = permissions[keyPath: list].allow.map(Self.widened)
            permissions[keyPath: list].deny.removeAll { TemplateEntry($0).hasTemplates }
        }
        return try HolderSets(permissions, on: engine ?? self.engine)
    }

    /// An entry with `*` for each token that has a template.
    private static func widened(_ entry: String) -> String {
        let marked = TemplateEntry(entry).parts.map { part in
            if case .literal(let text) = part { text } else { "\u{1}" }
        }.joined()
        return marked.split(separator: " ").map { word in
            word.split(separator: ".", omittingEmptySubsequences: false)
                .map { $0.contains("\u{1}") ? "*" : String($0) }.joined(separator: ".")
        }.joined(separator: " ")
    }

    /// A user of the file.
    func holder(_ user: UserPolicy, accountName: String) throws(SubjectsTooLarge) -> Holder? {
        var values = PermissionTemplate.Values()
        (values.name, values.accountName, values.subject) = (user.name, accountName, "UUSER")
        values.tags = user.tags.map { "\($0.name):\($0.value.value)" }.sorted()
        return try holder(values, .named(user.name))
    }

    func holder(_ values: PermissionTemplate.Values, _ coverage: Holder.Coverage) throws(SubjectsTooLarge) -> Holder? {
        var values = values
        values.tags = Set(values.tags).sorted()
        guard let filled = expand(permissions, values) else { return nil }
        return Holder(role: self, values: values, sets: try HolderSets(filled, on: engine), coverage: coverage)
    }

    private func expand(_ permissions: Permissions, _ values: PermissionTemplate.Values) -> Permissions? {
        engine == .natsServer
            ? try? PermissionTemplate.expand(permissions, with: values, rules: .natsServer)
            : try? PermissionTemplate.expand(permissions, with: values)
    }

    // MARK: Places

    /// Where the rule stands by which somebody publishes on a subject, or hears it.
    ///
    /// - Parameter group: nil for a subscription in none.
    func position(
        _ act: AccessRoute.Act, _ subject: String, _ values: PermissionTemplate.Values, group: String? = nil
    ) -> PolicyPosition? {
        let entries = act == .publish ? permissions.publish.allow : permissions.subscribe.allow
        let bytes = Array(subject.utf8)
        var plain: PolicyPosition?
        for (index, text) in entries.enumerated() {
            var one = Permissions()
            one.publish.allow = [text]
            guard let found = sources["/\(act == .publish ? "pub" : "sub")/allow/\(index)"]?.first,
                let filled = expand(one, values)
            else { continue }
            for entry in ClaimEntry.read(filled.publish.allow) where entry.reaches(bytes, on: engine) {
                guard let queue = entry.queue else {
                    plain = plain ?? found
                    continue
                }
                if let group, queue == group || entry.names(group) { return found }
            }
        }
        return plain ?? (act == .publish ? places.publish : places.subscribe) ?? position
    }

    /// Different holders, so that some access to the subjects that anybody in the role has is had by one of them: names
    /// that no rule mentions, those that the subjects mention, and each value that a tag may have.
    ///
    /// - Parameter named: tokens that bear on the question.
    /// - Returns: the values; nil where there would be too many.
    func combinations(named: Set<[UInt8]>, accountName: String) -> [(PermissionTemplate.Values, Holder.Coverage)]? {
        let functions = functions
        let declared = Set(tags.map { $0.name.lowercased() })
        guard functions.count <= Self.maximumFunctions,
            !functions.contains(where: { $0.isUnknown || $0.tag.map { !declared.contains($0) } ?? false })
        else { return nil }
        let literals = named.map { String(decoding: $0, as: UTF8.self) }.filter { !$0.contains("{") }.sorted()
        var fresh = FreshTokens { token in named.contains(token) || token == Array("x1".utf8) }
        var names: [(String, Holder.Coverage)] = [(Self.somebody(named, &fresh), .every)]
        if let name = self.values["name()"] {
            names = [(name, .named(name))]
        } else if functions.contains(.name) {
            names += (users.map(\.name) + literals).map { ($0, .named($0)) }
        }
        var result = names.map { name, coverage in
            var values = PermissionTemplate.Values()
            (values.name, values.accountName, values.subject) = (name, accountName, "UANYBODY")
            for (function, value) in self.values where function.hasPrefix("tag(") {
                values.tags.append("\(function.dropFirst(4).dropLast()):\(value)")
            }
            return (values, coverage)
        }
        // Who has the key for one value has that one.
        for tag in tags
        where functions.contains(.tag(tag.name.lowercased())) && self.values["tag(\(tag.name.lowercased()))"] == nil {
            guard result.count * max(1, tag.values.count) <= Self.maximumCombinations else { return nil }
            result = tag.values.flatMap { value in
                result.map { values, coverage in
                    var values = values
                    values.tags.append("\(tag.name.lowercased()):\(value.value)")
                    return (values, coverage)
                }
            }
        }
        return result.count <= Self.maximumCombinations ? result : nil
    }

    private static func somebody(_ named: Set<[UInt8]>, _ fresh: inout FreshTokens) -> String {
        let usual = "someone"
        return named.contains(Array(usual.utf8)) ? String(decoding: fresh.next(), as: UTF8.self) : usual
    }
}

extension ClaimEntry {
    /// Whether a subject may be had by the entry, as it stands or by a wider subscription.
    fileprivate func reaches(_ subject: [UInt8], on engine: Engine) -> Bool {
        if pattern.matches(subject.span) { return true }
        guard engine == .natsServer, !pattern.hasTail, pattern.tokens.last == .any else { return false }
        return Pattern(tokens: pattern.tokens.dropLast(), hasTail: true).matches(subject.span)
    }
}

extension TemplateEntry.Function {
    fileprivate var tag: String? { if case .tag(let name) = self { name } else { nil } }

    /// Whether the values are neither chosen here nor declared.
    fileprivate var isUnknown: Bool {
        switch self {
        case .name, .subject, .accountName, .tag: false
        case .accountSubject, .accountTag, .undefined: true
        }
    }
}

extension Permissions {
    /// All entries of all lists.
    var entries: [String] { publish.allow + publish.deny + subscribe.allow + subscribe.deny }
}

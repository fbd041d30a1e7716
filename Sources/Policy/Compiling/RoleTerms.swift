public import Claims

/// Whom the key of a role signs users for, and for how long: what a file says of a role that stands in no claims.
public struct RoleTerms: Sendable, Hashable, Codable {
    /// The values that each tag may have, sorted, by the tag's name.
    public var tags: [String: [String]] = [:]
    /// Of a key that was made for one value of each template what these are, by function such as `tag(plant)`.
    public var values: [String: String] = [:]
    /// The one user whose key it is; nil for a key of whoever has the role.
    public var user: String?
    /// Whether users' names fill a place in the role's subjects: they are one token each. Nil for no.
    public var usesNames: Bool?
    /// How long credentials are good for where nobody asks for another time, seconds; nil for ever.
    public var lifetime: Int64?
    /// How long they are good for at most, seconds; nil for ever.
    public var longest: Int64?

    public init() {}

    /// Whether it matters who the holders are, and what tags they have.
    public var areAboutHolders: Bool { !tags.isEmpty || !values.isEmpty || user != nil || usesNames == true }
}

extension CompiledAccount {
    /// What the file says of a role's holders.
    public func terms(of role: CompiledRole) -> RoleTerms {
        var terms = RoleTerms()
        for tag in role.policy.tags { terms.tags[tag.name] = Set(tag.values.map(\.value)).sorted() }
        terms.values = role.values
        terms.usesNames = role.policy.usesNames ? true : nil
        // `a@user` is the key for what that user has beside the role.
        terms.user = users.first { $0.role == role.name && role.policy.name.hasSuffix("@\($0.name)") }?.name
        func seconds(_ time: Int64?) -> Int64? {
            [time, ceiling].compactMap(\.self).min().map { max(1, $0 / 1_000_000_000) }
        }
        let own = role.policy.lifetime
        (terms.lifetime, terms.longest) = (seconds(own?.usual ?? own?.most), seconds(own?.most))
        return terms
    }
}

extension RoleTerms {
    /// What somebody has that the terms do not allow.
    public enum Fault: Sendable, Hashable {
        /// The key is another user's.
        case user(String)
        /// The name does not fill exactly one token.
        case name(String)
        /// The key was made for another value of a tag.
        case otherValue(tag: String, value: String)
        /// A tag has a value that is not declared.
        case undeclared(tag: String, value: String, declared: [String])
        /// The credentials are good for longer than this, in seconds.
        case lifetime(most: Int64)
    }

    /// The clock of whoever asks for a time may be this much ahead, in seconds.
    static let leeway: Int64 = 60

    /// What is wrong with a token for the role; nil for nothing.
    ///
    /// - Parameter time: when it is signed, Unix seconds.
    public func fault(of user: UserClaims, signedAt time: Int64) -> Fault? {
        fault(ofHolder: user) ?? lifetimeFault(of: user, signedAt: time)
    }

    /// Whether a token counts for too long; nil where it does not.
    public func lifetimeFault(of user: UserClaims, signedAt time: Int64) -> Fault? {
        guard let longest else { return nil }
        let latest = Self.end(max(time, user.notBefore), longest + Self.leeway)
        return user.expires == 0 || user.expires > latest ? .lifetime(most: longest) : nil
    }

    /// Why somebody may not hold the role's key; nil for nothing. Of a tag with several values each counts. Tags that the
    /// role does not declare are free.
    public func fault(ofHolder user: UserClaims) -> Fault? {
        if let owner = self.user ?? values["name()"], ExactText(owner) != ExactText(user.name) { return .user(owner) }
        if usesNames == true, !PolicyValue.fits(user.name, .token) { return .name(user.name) }
        var held = PermissionTemplate.Values()
        held.tags = user.tags
        for (tag, declared) in tags.sorted(by: { $0.key < $1.key }) {
            let given = held.values(of: .tag(tag)).map(ExactText.init)
            if let wanted = values["tag(\(tag))"] {
                guard given == [ExactText(wanted)] else { return .otherValue(tag: tag, value: wanted) }
            } else if let value = given.first(where: { value in !declared.contains { ExactText($0) == value } }) {
                return .undeclared(tag: tag, value: value.text, declared: declared)
            }
        }
        return nil
    }

    /// When credentials end for which nobody asks for another time, Unix seconds; nil for never.
    ///
    /// - Parameter start: when they begin to count.
    public func usualEnd(from start: Int64) -> Int64? { lifetime.map { Self.end(start, $0) } }

    private static func end(_ start: Int64, _ seconds: Int64) -> Int64 {
        let (end, overflow) = start.addingReportingOverflow(seconds)
        return overflow ? .max : end
    }

    /// How long new credentials are good for, in words; nothing for ever.
    var lifetimeText: String {
        let (usual, most) = (lifetime.map(Self.text), longest.map { "at most \(Self.text($0))" })
        return [usual, most].compactMap(\.self).joined(separator: ", ")
    }

    fileprivate static func text(_ seconds: Int64) -> String {
        let (time, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? "\(seconds)s" : PolicyNumber.text(duration: time)
    }
}

extension RoleTerms.Fault {
    /// Whether somebody else would have to hold the key, rather than for another time.
    public var isAboutHolder: Bool { if case .lifetime = self { false } else { true } }

    /// In words.
    ///
    /// - Parameter role: what the role's key is called.
    public func text(of role: String) -> String {
        switch self {
        case .user(let name): return "the key \(role) is that of \(name) alone"
        case .name(let name): return "\"\(name)\" does not fill exactly one token, and the role \(role) has {{name()}}"
        case .otherValue(let tag, let value): return "the key \(role) is for \(tag):\(value) alone"
        case .undeclared(let tag, let value, let declared):
            let shown = declared.prefix(10).joined(separator: ", ") + (declared.count > 10 ? " and more" : "")
            return "\(tag):\(value) is none of the values that the role \(role) declares: \(shown)"
        case .lifetime(let most): return "credentials of the role \(role) are good for \(RoleTerms.text(most)) at most"
        }
    }

    /// What may have been meant; nil where nothing is near.
    public var suggestion: String? {
        switch self {
        case .user: nil
        case .name: "take letters, digits, - and _ for the name"
        case .otherValue(let tag, let value): "give \(tag):\(value)"
        case .undeclared(let tag, let value, let declared):
            Suggestion.nearest(to: value, in: declared).map { "did you mean \(tag):\($0)?" }
        case .lifetime(let most): "ask for \(RoleTerms.text(most)) or less"
        }
    }
}

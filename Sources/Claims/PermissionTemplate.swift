/// Expands the templates in a scope's permissions for one user.
///
/// ```swift
/// let values = PermissionTemplate.Values(user: user, account: account)
/// let permissions = try PermissionTemplate.expand(scope.template.permissions, with: values)
/// ```
public enum PermissionTemplate {
    /// More subjects than this from one list are refused.
    public static let maximumExpansions = 4096
    /// More bytes than this from one entry are refused: 1 MiB, the size of the largest token. A long subject with a tag
    /// that has thousands of values would otherwise take any amount of memory.
    public static let maximumSize = 1 << 20

    /// Whether a value fills exactly one literal token (rule S6).
    public static func fillsToken(_ value: String) -> Bool {
        !value.isEmpty
            && value.utf8.allSatisfy { byte in
                switch byte {
                // Up to the space; the dot and the wildcards; delete.
                case 0...0x20, 0x2E, 0x2A, 0x3E, 0x7F: false
                default: true
                }
            }
    }

    /// The first value of a user's own that one of these lists takes in, and that does not fill one token.
    ///
    /// - Returns: the function that takes it in, and the value; nil where all of them fit.
    public static func misfit(
        of permissions: Permissions, with values: Values
    ) -> (function: TemplateEntry.Function, value: String)? {
        let lists = [
            permissions.publish.allow, permissions.publish.deny, permissions.subscribe.allow,
            permissions.subscribe.deny,
        ]
        for case .template(let function, _) in lists.joined().lazy.flatMap({ TemplateEntry($0).parts }) {
            switch function {
            case .name, .tag:
                if let value = values.values(of: function).first(where: { !fillsToken($0) }) {
                    return (function, value)
                }
            default: continue
            }
        }
        return nil
    }

    /// What templates are filled with.
    public struct Values: Sendable, Hashable {
        /// The user's name.
        public var name = ""
        /// The user's public key.
        public var subject = ""
        /// The account's name.
        public var accountName = ""
        /// The account's public key.
        public var accountSubject = ""
        /// The user's tags.
        public var tags: [String] = []
        /// The account's tags.
        public var accountTags: [String] = []

        /// Empty values, which no template takes by the strict rules.
        public init() {}

        /// The values of a user of an account.
        public init(user: UserClaims, account: AccountClaims) {
            name = user.name
            subject = user.subject
            accountName = account.name
            accountSubject = user.issuerAccount
            tags = user.tags
            accountTags = account.tags
        }

        /// What a function gives: one value, or one for each tag. No value means that it is not defined.
        public func values(of function: TemplateEntry.Function) -> [String] {
            func values(of tag: String, in tags: [String]) -> [String] {
                let start = (tag + ":").utf8
                // By bytes: a mark may follow the colon and make one character with it.
                return tags.filter { $0.utf8.starts(with: start) }.map {
                    String(Substring($0.utf8.dropFirst(start.count)))
                }
            }
            switch function {
            case .name: return [name]
            case .subject: return [subject]
            case .accountName: return [accountName]
            case .accountSubject: return [accountSubject]
            case .tag(let tag): return values(of: tag, in: tags)
            case .accountTag(let tag): return values(of: tag, in: accountTags)
            case .undefined: return []
            }
        }
    }

    /// How values are filled in.
    public enum Rules: Sendable, Hashable {
        /// A value fills exactly one token: one with a dot, a wildcard or white space is refused, so that nobody's name
        /// or tag widens a permission. In subscribe lists a queue group is split off first and expanded for itself.
        case strict
        /// As nats-server does: a value may bring wildcards and further tokens, and in a list with any template
        /// entries with a queue group are dropped (allow) or fail (deny).
        case natsServer
    }

    /// Expands all four lists.
    ///
    /// In an allow list an entry that a missing or unfit value leaves without a valid subject is dropped; an allow list
    /// that ends empty this way denies everything on its side, where an empty list would allow everything. In a deny
    /// list such an entry is an error, since dropping it would widen the permission.
    /// - Throws: ``ClaimsError`` (code `template`), with the entry's path such as `pub.allow[0]`: an unknown function, a
    ///   deny entry that cannot be filled in, or too many or too long subjects.
    public static func expand(
        _ permissions: Permissions, with values: Values, rules: Rules = .strict
    ) throws(ClaimsError) -> Permissions {
        var expanded = permissions
        expanded.subscribe = try expand(permissions.subscribe, values, rules, isSubscribe: true)
        expanded.publish = try expand(permissions.publish, values, rules, isSubscribe: false)
        return expanded
    }

    private static func expand(
        _ permission: Permission, _ values: Values, _ rules: Rules, isSubscribe: Bool
    ) throws(ClaimsError) -> Permission {
        let side = isSubscribe ? "sub" : "pub"
        let expansion = TemplateExpansion(values: values, rules: rules, mayHaveQueue: isSubscribe)
        var expanded = permission
        expanded.allow = try expansion.expand(permission.allow, isDeny: false, path: "\(side).allow")
        expanded.deny = try expansion.expand(permission.deny, isDeny: true, path: "\(side).deny")
        if expanded.allow.isEmpty, !permission.allow.isEmpty, !expanded.deny.contains(">") {
            expanded.deny.append(">")
        }
        return expanded
    }
}

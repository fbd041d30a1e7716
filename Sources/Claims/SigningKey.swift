/// An element of an account's `signing_keys`: plain, or tied to a scope that decides the permissions of the users it signs.
public enum SigningKey: Sendable, Hashable {
    /// A public key that signs users with permissions of their own.
    case key(String)
    /// A key that signs users which take permissions and limits from the scope's template.
    indirect case scope(UserScope)

    /// The public key as text.
    public var key: String {
        switch self {
        case .key(let key): key
        case .scope(let scope): scope.key
        }
    }

    /// The scope, if there is one.
    public var scope: UserScope? {
        switch self {
        case .key: nil
        case .scope(let scope): scope
        }
    }
}

/// A scope (kind `user_scope`): the permissions and limits of every user that its key signs.
///
/// ```swift
/// var template = UserPermissionLimits()
/// template.permissions.publish.allow = ["inbox.{{name()}}.>"]
/// account.setSigningKey(.scope(UserScope(key: signer.publicKey.text, role: "worker", template: template)))
/// ```
public struct UserScope: Sendable, Hashable {
    /// The account signing key, as text.
    public var key: String
    /// The role's name.
    public var role: String
    /// Permissions (which may hold templates such as `{{name()}}`) and limits.
    public var template: UserPermissionLimits
    /// For people.
    public var description: String

    /// The members of the template whose numbers servers would read as others: they take each number of a scope for a
    /// double first, and write that with the fewest digits.
    ///
    /// Numbers up to 2^53 on either side of 0 are always exact.
    var inexactNumbers: [(steps: [ClaimPath.Step], value: Int64)] {
        var numbers: [(steps: [ClaimPath.Step], value: Int64)] = [
            (["subs"], template.subscriptions), (["data"], template.data), (["payload"], template.payload),
        ]
        if let response = template.permissions.response {
            numbers.append((["resp", "max"], Int64(response.maxMessages)))
            numbers.append((["resp", "ttl"], response.expires))
        }
        return numbers.filter { Int64(JSONNumber.text(Double($0.value))) != $0.value }
    }

    /// What is wrong with a number that servers would read as another one.
    static func inexactNumberFault(_ value: Int64) -> String {
        "the number \(value) of a scope's template is beyond 2^53: servers would read it as "
            + JSONNumber.text(Double(value))
    }

    /// A scope whose template allows everything without limits, unless it is said.
    public init(
        key: String = "", role: String = "", template: UserPermissionLimits = UserPermissionLimits(),
        description: String = ""
    ) {
        self.key = key
        self.role = role
        self.template = template
        self.description = description
    }
}

extension AccountClaims {
    /// The entry of a signing key, whether plain or scoped.
    public func signingKey(_ key: String) -> SigningKey? {
        // The last one counts: reading keeps the last of two entries of one key.
        signingKeys.last { ExactText($0.key) == ExactText(key) }
    }

    /// Adds an entry, in the place of an older one of the same key, and keeps the order of keys.
    public mutating func setSigningKey(_ entry: SigningKey) {
        removeSigningKey(entry.key)
        let place = signingKeys.firstIndex { ExactText($0.key) > ExactText(entry.key) } ?? signingKeys.endIndex
        signingKeys.insert(entry, at: place)
    }

    /// Removes the entry of a key, if there is one.
    public mutating func removeSigningKey(_ key: String) {
        signingKeys.removeAll { ExactText($0.key) == ExactText(key) }
    }
}

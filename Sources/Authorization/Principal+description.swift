public import Claims
import NKeys

// What may be said about a principal to its client and to operators: names, keys and permissions, nothing that could be
// used to sign in.
extension Principal {
    /// The permissions in force, with the templates of a role filled in.
    ///
    /// - Throws: ``ClaimsError`` (code `template`) where the list would be longer than can be shown.
    public func writtenPermissions() throws(ClaimsError) -> Permissions {
        guard var values = program.account else { return program.permissions }
        let own = UserCredential(self).values
        (values.name, values.subject, values.tags) = (own.name, own.subject, own.tags)
        return try PermissionTemplate.expand(program.permissions, with: values)
    }

    /// The tags of a user JWT.
    public var tags: [String] { UserCredential(self).texts.tags }

    /// The name in a user JWT; empty without one.
    public var tokenName: String { version == nil ? "" : UserCredential(self).texts.name }

    /// What nats-server says for the user: its key, or where it has none, its name; never a token.
    public var shownUser: String {
        switch kind {
        case .sharedToken: Self.redacted
        case .token, .nkey, .sentinel, .certificate, .password, .none, .callout: user?.text ?? name
        }
    }

    /// Stands where a secret would have to be shown.
    public static let redacted = "[REDACTED]"
}

import Claims
import NKeys

/// Changes to who decides about an account's connections by authentication callout. Nil leaves a value as it is.
public struct CalloutEdits: Sendable, Hashable {
    /// Users that answer callouts, by name or public key.
    public var users = ListEdits()
    /// Accounts that users may be placed in, by name or public key, or `*` for any.
    public var allowedAccounts = ListEdits()
    /// The curve key that requests are sealed to: `generate` or a public key; empty for none.
    public var curve: String?
    /// Whether callouts are switched off: everything is taken out, before anything is added.
    public var disable = false

    public init() {}

    /// Whether nothing would change.
    public var isEmpty: Bool { self == CalloutEdits() }
}

extension Change {
    /// Changes who decides about the connections to the account of a place.
    public func editCallout(at place: Place, _ edits: CalloutEdits, signer: SignerChoice = .automatic) throws {
        guard !edits.isEmpty else { throw AdministrationError.nothingToEdit }
        let entry = try reader.operator(at: place)
        try editAccount(reader.account(at: place), signer: signer) { claims, account in
            if edits.disable { claims.authorization = ExternalAuthorization() }
            let users = try edits.users.mapped { try calloutUser($0, in: account) }
            users.apply(to: &claims.authorization.users)
            let accounts = try edits.allowedAccounts.mapped { try calloutAccount($0, of: entry) }
            accounts.apply(to: &claims.authorization.allowedAccounts)
            if let curve = edits.curve, curve.isEmpty {
                claims.authorization.xkey = ""
            } else if let curve = edits.curve {
                let key = try signingKey(curve, .curve, purpose: .stored, owner: account.publicKey).text
                if key != claims.authorization.xkey { note(.added, "curve key", account.name, key: key) }
                claims.authorization.xkey = key
            }
            if !claims.authorization.isEnabled, !claims.authorization.xkey.isEmpty {
                warn("the curve key has no effect until there is a user that answers callouts")
            }
        }
    }

    private func calloutUser(_ text: String, in account: AccountEntry) throws -> String {
        let reference = EntityReference(ListEdits.trimmed(text))
        return try reference.publicKey?.text ?? reader.user(reference, of: account).publicKey.text
    }

    private func calloutAccount(_ text: String, of entry: OperatorEntry) throws -> String {
        let reference = EntityReference(ListEdits.trimmed(text))
        if reference.text == "*" { return reference.text }
        return try reference.publicKey?.text ?? reader.account(reference, of: entry).publicKey.text
    }
}

extension ListEdits {
    /// The edits with each entry replaced.
    fileprivate func mapped(_ transform: (String) throws -> String) rethrows -> ListEdits {
        ListEdits(add: try add.map(transform), remove: try remove.map(transform))
    }
}

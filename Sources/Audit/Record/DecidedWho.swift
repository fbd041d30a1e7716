public import Authorization
import Claims
import NKeys

/// Whom a record is about: public keys and names, never a JWT.
public struct DecidedWho: Sendable, Hashable {
    /// Nil for somebody whose credential could not be read: then the name is what the client called itself.
    public var account: String?
    public var user: String?
    public var name: String?
    /// The `jti` of the user JWT.
    public var tokenID: String?
    /// The version of the user JWT.
    public var token: String?
    public var role: String?
    public var issuer: String?

    public init(
        account: String?, user: String? = nil, name: String? = nil, tokenID: String? = nil, token: String? = nil,
        role: String? = nil, issuer: String? = nil
    ) {
        func cut(_ text: String?) -> String? { text.map { RecordText.cut($0, to: RecordText.longestName) } }
        (self.account, self.user, self.name, self.tokenID) = (cut(account), user, cut(name), cut(tokenID))
        (self.token, self.role, self.issuer) = (token, cut(role), issuer)
    }

    /// Names may hold a secret that was put in the wrong place: that is left out.
    public init(_ claimant: Claimant, role: String?) {
        self.init(
            account: SecretText.hidden(in: claimant.account.text), user: claimant.user?.text,
            name: claimant.name.isEmpty ? nil : SecretText.hidden(in: claimant.name),
            tokenID: claimant.tokenID.isEmpty ? nil : SecretText.hidden(in: claimant.tokenID),
            token: claimant.token?.hex, role: role.map { SecretText.hidden(in: $0) }, issuer: claimant.issuer?.text)
    }
}

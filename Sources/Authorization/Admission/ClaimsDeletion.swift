public import Claims
public import NKeys

/// Decides whether a request to delete accounts is carried out. Pure, and nothing has been deleted when it says no.
///
/// The request is a generic token that an operator, or one of its signing keys, signed for itself; `nats.accounts` lists
/// the accounts. It counts once: whoever overheard it can do nothing with it later, when an account of the same key has
/// come back (rule S9).
public struct ClaimsDeletion: Sendable {
    /// From so many remembered requests on, those whose time is over are forgotten.
    private static let capacity = 65_536

    /// When each request that was carried out expires, Unix seconds; 0 for never.
    private var heard: [TokenVersion: Int64] = [:]

    public init() {}

    /// Says which accounts to delete, and remembers that the request was heard.
    ///
    /// - Throws: ``ClaimsDeletionRefusal``, the first of: no token, not self-signed, not an operator's, expired, heard
    ///   before, no accounts named, the system account, not a key.
    public mutating func accept(
        _ token: String, trust: Trust, at now: Int64
    ) throws(ClaimsDeletionRefusal) -> [PublicKey] {
        let claims: GenericClaims
        let version: TokenVersion
        do {
            claims = try GenericClaims.decode(token)
            version = TokenVersion(of: token)
        } catch {
            throw .undecodable(error.message)
        }
        guard claims.subject == claims.issuer else { throw .notSelfSigned }
        guard trust.operators.contains(where: { $0.subject == claims.issuer || $0.signingKeys.contains(claims.issuer) })
        else { throw .untrusted }
        if claims.expires != 0, claims.expires < now { throw .expired }
        let accounts = try Self.accounts(claims)
        if accounts.contains(where: { trust.systemAccount == .key($0) }) { throw .systemAccount }
        guard heard[version] == nil else { throw .repeated }
        remember(version, until: claims.expires, at: now)
        return accounts
    }

    private static func accounts(_ claims: GenericClaims) throws(ClaimsDeletionRefusal) -> [PublicKey] {
        guard let names = claims.data["accounts"]?.elements, !names.isEmpty else { throw .malformed }
        var accounts: [PublicKey] = []
        for name in names {
            guard let text = name.text, let key = try? PublicKey(text), key.kind == .account else { throw .malformed }
            accounts.append(key)
        }
        return accounts
    }

    private mutating func remember(_ version: TokenVersion, until expires: Int64, at now: Int64) {
        if heard.count >= Self.capacity { heard = heard.filter { $0.value == 0 || $0.value >= now } }
        heard[version] = expires
    }
}

/// Why accounts were not deleted.
public enum ClaimsDeletionRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case disabled
    case undecodable(String)
    case notSelfSigned
    case untrusted
    case expired
    case repeated
    case malformed
    case systemAccount

    public var description: String {
        switch self {
        case .disabled: "delete must be enabled in server config"
        case .undecodable(let reason): reason
        case .notSelfSigned: "not self signed"
        case .untrusted: "not trusted"
        case .expired: "the request has expired"
        case .repeated: "the request was heard before; sign a new one"
        case .malformed: "malformed request: nats.accounts is to list the accounts' public keys"
        case .systemAccount: "not allowed to delete system account"
        }
    }
}

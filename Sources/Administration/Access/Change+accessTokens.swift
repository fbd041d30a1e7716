import Audit
import Claims
import FoundationEssentials
import GRDB
public import NKeys
public import Secrets

/// What a new access to the service is to be.
public struct NewAccessToken: Sendable {
    /// What people call it.
    public var name: String
    /// What it may do: at least one grant.
    public var grants: [AccessGrant]
    /// The last Unix second in which it counts; nil for ever.
    public var expires: Int64?
    /// The key that signs challenges, instead of a secret.
    public var publicKey: PublicKey?
    /// The SHA-256 of a client certificate in hexadecimal digits, instead of a secret.
    public var fingerprint: String?
    /// Whether it is a session of `publicKey`, with a secret.
    var isSession = false

    public init(name: String, grants: [AccessGrant], expires: Int64? = nil) {
        (self.name, self.grants, self.expires) = (name, grants, expires)
    }
}

extension Change {
    /// Gives somebody access to the service.
    ///
    /// - Parameter isKnown: whether whoever gives it knows of an access: of those that he knows none may have the same key
    ///   or certificate. Of others he learns nothing, and keeps nobody from giving access to a key by having done it first.
    /// - Returns: what was made, and the secret that is shown once; nil where a key or a certificate takes its place.
    public func addAccessToken(
        _ new: NewAccessToken, isKnown: (AccessToken) -> Bool = { _ in true }
    ) throws -> (token: AccessToken, secret: Secret?) {
        let name = try EntityName.made(new.name, for: "a token")
        guard name.utf8.count <= AccessToken.longestName else {
            throw AdministrationError(
                .invalidValue, "the name is longer than \(AccessToken.longestName) bytes", remedy: "shorten it")
        }
        guard !new.grants.isEmpty else {
            throw AdministrationError(.invalidValue, "the token would allow nothing", remedy: "name a role for it")
        }
        if let fault = new.grants.lazy.compactMap(\.fault).first { throw AdministrationError(.invalidValue, fault) }
        if let expires = new.expires, expires <= now {
            throw AdministrationError(.invalidValue, "the expiry is in the past", remedy: "give a later one")
        }
        let kind: AccessToken.Kind =
            new.isSession ? .session : new.publicKey != nil ? .nkey : new.fingerprint != nil ? .certificate : .bearer
        try refuseSecondHolder(new, kind, isKnown)
        if kind != .session { try checkRoom() }
        let (id, hash, text) = BearerText.make(surroundings.random)
        let hasSecret = kind == .bearer || kind == .session
        let grants = JSONValue.array(new.grants.map(\.json)).jsonText
        try database.run(
            sql: """
                INSERT INTO access_tokens (
                    id, name, kind, hash, public_key, fingerprint, grants, created_at, created_by, expires
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, name, kind.rawValue, hasSecret ? Data(hash) : nil, new.publicKey?.text, new.fingerprint, grants,
                now, surroundings.actor, new.expires,
            ])
        let token = AccessToken(
            id: id, name: name, kind: kind, publicKey: new.publicKey, fingerprint: new.fingerprint,
            grants: new.grants, createdAt: now, createdBy: surroundings.actor, expires: new.expires, revokedAt: nil)
        accesses.append(AuditedAccess(.tokenAdd, token))
        note(.added, "token", name)
        return (token, hasSecret ? text : nil)
    }

    /// Opens a session for the holder of a key, who has signed a challenge. It counts no longer than what it is opened with.
    public func openSession(of holder: AccessToken, lifetime: Int64) throws -> (token: AccessToken, secret: Secret) {
        var new = NewAccessToken(
            name: holder.name, grants: holder.grants, expires: min(now + lifetime, holder.expires ?? .max))
        (new.publicKey, new.isSession) = (holder.publicKey, true)
        // Sessions are many and short, and what they did is on record: the old ones need not stay.
        try database.run(
            sql: "DELETE FROM access_tokens WHERE kind = 'session' AND expires < ?", arguments: [now - 86_400])
        let (token, secret) = try addAccessToken(new)
        guard let secret else { throw AdministrationError(.storageFailed, "the session has no secret") }
        return (token, secret)
    }

    /// Takes access back, with every session that was opened with it, and with whatever was given away with it, by whomever
    /// in between: who stole a token keeps nothing that it could make.
    ///
    /// - Parameter keepingGiven: whether what was given away with it stays, for a token that takes another one's place.
    /// - Returns: what was taken back beside it, sessions left out.
    @discardableResult
    public func revokeAccessToken(_ id: String, keepingGiven: Bool = false) throws -> [AccessToken] {
        let token = try reader.accessToken(id)
        guard token.revokedAt == nil || !keepingGiven else {
            warn("nothing changed: the token was taken back already")
            return []
        }
        var ended = [token] + (try reader.accessGiven(by: id))
        if keepingGiven { ended.removeAll { $0.id != id && ($0.kind != .session || $0.maker != id) } }
        ended.removeAll { $0.revokedAt != nil }
        guard !ended.isEmpty else {
            warn("nothing changed: the token was taken back already")
            return []
        }
        for token in ended {
            try database.run(
                sql: "UPDATE access_tokens SET revoked_at = ? WHERE id = ?", arguments: [now, token.id])
            guard token.kind != .session else { continue }
            accesses.append(AuditedAccess(.tokenRevoke, token))
            note(.deleted, "token", token.name)
        }
        return ended.filter { $0.id != id && $0.kind != .session }
    }

    /// Puts on record that somebody was refused, or that the service was asked for something that changes nothing.
    ///
    /// - Parameters:
    ///   - operation: the name of what was asked for.
    ///   - reason: why it was refused, in one word.
    ///   - account: the account that was asked for, in the words of the request; nil for none.
    public func noteRefusal(of operation: String, reason: String, account: String? = nil) {
        accesses.append(AuditedAccess(refused: operation, reason: reason, account: account))
    }

    /// Refuses one more where those who administer accounts have given away many with theirs, and they with those, and so on.
    private func checkRoom() throws {
        let maker = AccessToken.maker(in: surroundings.actor)
        guard var top = try maker.flatMap({ try reader.findAccessToken($0) }), top.isOfAccounts else { return }
        while let above = try top.maker.flatMap({ try reader.findAccessToken($0) }), above.isOfAccounts { top = above }
        guard try reader.countAccessGiven(by: top.id, at: now) >= AccessToken.mostGiven else { return }
        throw AdministrationError(
            .refused, "\(AccessToken.mostGiven) tokens count already that were given away with the one of an account",
            remedy: "take back those that nobody needs")
    }

    private func refuseSecondHolder(
        _ new: NewAccessToken, _ kind: AccessToken.Kind, _ isKnown: (AccessToken) -> Bool
    ) throws {
        let others: [AccessToken] =
            switch kind {
            case .nkey: try new.publicKey.map { try reader.accessTokens(ofKey: $0) } ?? []
            case .certificate: try new.fingerprint.map { try reader.accessTokens(ofCertificate: $0) } ?? []
            case .bearer, .session: []
            }
        guard others.contains(where: isKnown) else { return }
        throw AdministrationError(
            .alreadyExists, "the key or certificate has access already", remedy: "take that back first")
    }
}

/// Access that was given, taken away or refused.
struct AuditedAccess {
    let operation: AuditOperation
    let outcome: AuditOutcome
    let object: AuditRecord.Object
    let reason: String?

    init(_ operation: AuditOperation, _ token: AccessToken) {
        self.operation = operation
        outcome = .changed
        object = AuditRecord.Object(type: "token", id: token.id, name: token.name)
        reason = nil
    }

    /// - Parameter scope: where it is: an account's key.
    init(_ operation: AuditOperation, _ object: AuditRecord.Object, scope: String) {
        (self.operation, outcome, reason) = (operation, .changed, nil)
        var object = object
        object.scope = scope
        self.object = object
    }

    init(refused operation: String, reason: String, account: String?) {
        self.operation = .accessRefuse
        outcome = .denied
        // Not as its scope: who is refused at an account is for those who run the service.
        object = AuditRecord.Object(type: "operation", id: operation, name: account)
        self.reason = reason
    }
}

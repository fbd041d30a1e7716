import Claims
import Policy

/// Everything that policies decide about one account, at one moment: what an apply starts from and where it goes.
struct GovernedState: Codable, Hashable {
    struct Role: Codable, Hashable {
        var name: String
        var publicKey: String
        var description: String
        /// Whom the key signs users for; nil where no file says it.
        var terms: RoleTerms?
    }

    var name: String
    /// The claims as an unsigned payload; nil for an account that is not there yet.
    var claims: String?
    /// What files had decided, where the claims have something besides that was done by hand; nil where they have not.
    var decided: String?
    /// `replies` by the key of a role; nil where the account has no settings.
    var replies: [String: String]?
    var roles: [Role] = []
    var users: [CompiledUser] = []
    var descriptions: [String: String] = [:]
    /// The hash of the texts in hexadecimal; nil for an account that is free.
    var texts: String?
    /// Imports that wait for their exporter.
    var requests: [ImportRequest] = []
    /// What was signed for importers and stops counting on the way here; nil for nothing.
    var withdrawn: [WithdrawnActivation]?
    /// What somebody revoked by hand and is signed anew on the way here; nil for nothing.
    var givenAgain: [GivenAgain]?
    /// What of the account stays as it is, as `kind` or `kind name`.
    var leaves: [String] = []

    /// Puts lists into the order in which the directory gives them: equal states are equal texts.
    mutating func sort() {
        func precedes(_ one: [String], _ other: [String]) -> Bool {
            one.map { Array($0.utf8) }.lexicographicallyPrecedes(other.map { Array($0.utf8) }) {
                $0.lexicographicallyPrecedes($1)
            }
        }
        roles.sort { precedes([$0.name], [$1.name]) }
        users.sort { precedes([$0.name], [$1.name]) }
        requests.sort { precedes([$0.exporter, $0.kind, $0.subject], [$1.exporter, $1.kind, $1.subject]) }
    }

    /// The claims, without anybody's signature.
    func accountClaims(subject: String) throws(AdministrationError) -> AccountClaims {
        guard let claims else {
            var nothing = AccountClaims(subject: subject, name: name)
            nothing.defaultPermissions = .nothing
            return nothing
        }
        do throws(ClaimsError) { return try AccountClaims(payload: Array(claims.utf8)) } catch {
            throw AdministrationError.damagedRow
        }
    }

    /// The claims, without what somebody revoked.
    func claimsBesideRevocations(subject: String) throws(AdministrationError) -> String? {
        guard claims != nil else { return nil }
        var own = try accountClaims(subject: subject)
        own.forgetRevocations()
        do throws(ClaimsError) { return try own.json() } catch { throw AdministrationError.damagedRow }
    }

    /// What it was, with whatever was done by hand since and stays.
    func agreeing(
        _ present: GovernedState, _ target: GovernedState, subject: String
    ) throws(AdministrationError) -> GovernedState {
        var state = self
        var (own, now, wanted) = (
            try accountClaims(subject: subject), try present.accountClaims(subject: subject),
            try target.accountClaims(subject: subject)
        )
        own.forgetRevocations()
        now.forgetRevocations()
        wanted.forgetRevocations()
        do throws(ClaimsError) { state.claims = try own.agreeing(now, wanted).json() } catch {
            throw AdministrationError(.invalidClaims, error.message, remedy: error.remedy)
        }
        return state
    }

    /// What it allows, by names.
    ///
    /// - Parameters:
    ///   - finder: finds the texts that govern the account.
    ///   - exports: what an account exports, by its key, with what is revoked.
    func access(
        subject: String, names: [String: String], finder: SourceFinder, exports: (String) throws -> [Export]?
    ) throws -> AccountAccess {
        let claims = try accountClaims(subject: subject)
        var replies: [String: RoleSettings.Replies] = [:]
        for scope in claims.signingKeys.compactMap(\.scope) {
            replies[scope.role] = self.replies?[scope.key].flatMap { RoleSettings.Replies(rawValue: $0) } ?? .any
        }
        var access = AccountAccess(name: name, claims: claims, replies: replies, names: names, users: users)
        try access.leaveOutRevoked(exports)
        guard let texts, let compiled = finder.set(texts)?.compiled(name) else { return access }
        access.sources = compiled.sourceMap(of: claims, accounts: names)
        access.takeTerms(of: compiled)
        return access
    }
}

/// An import that waits until its exporter grants it.
public struct ImportRequest: Codable, Sendable, Hashable {
    public let importer: String
    /// The exporter's name.
    public let exporter: String
    /// `stream` or `service`.
    public let kind: String
    public let subject: String
}

/// Something of an account that somebody revoked by hand for an importer, and that a file still grants.
public struct GivenAgain: Codable, Sendable, Hashable {
    /// The importer's name.
    public let importer: String
    /// `stream` or `service`.
    public let kind: String
    public let subject: String
}

/// The state of several accounts, by their keys.
struct GovernedStates: Codable, Hashable {
    var accounts: [String: GovernedState] = [:]
}

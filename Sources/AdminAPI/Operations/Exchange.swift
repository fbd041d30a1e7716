import Administration
import Audit
import Claims
import NKeys

/// A request that was read and let in, as operations see it.
struct Exchange: Sendable {
    /// Who asks; nil where nobody need sign in.
    var caller: Caller?
    /// What stands in the path, by name.
    var path: [String: String] = [:]
    /// What stands in the query, by name.
    var query: [String: String] = [:]
    /// The body, once it was checked; for a merge patch the patch.
    var body: JSONValue = .null
    /// The present, in Unix seconds.
    var now: Int64 = 0
    /// The host that the request was sent to, as its header says.
    var host = ""
    /// Whether that is an address that the request really came to.
    var isOwnHost = false
    /// Where the request came from: see ``ServiceContext/source``.
    var source = ""
    /// What the path with its query was.
    var target = ""
    /// What the action of the operation was allowed on.
    var object = AccessObject.system
    /// The grant that allowed it.
    var grant: AccessGrant?
    /// Who asks, as records have it.
    var actor: AuditActor?
    /// Where the request is only tried.
    var isDryRun = false

    /// How much room what the caller changes may use.
    var allowance: IssueAllowance {
        switch grant?.role {
        case .systemAdmin, .operatorAdmin: .operating
        default: .inside
        }
    }

    // MARK: Who may

    /// The grant that allows an action.
    ///
    /// - Throws: the same refusal in every case.
    @discardableResult
    func require(_ action: AccessAction, on object: AccessObject) throws(Problem) -> AccessGrant {
        guard let grant = AccessDecision.allowing(action, on: object, caller?.grants ?? []) else {
            throw Problem.forbidden
        }
        return grant
    }

    func may(_ action: AccessAction, on object: AccessObject) -> Bool {
        AccessDecision.allowing(action, on: object, caller?.grants ?? []) != nil
    }

    /// Whether the caller sees more than one account: only then are there words about others.
    func seesOperator(_ key: PublicKey) -> Bool { may(.view, on: .operator(key)) }

    /// Whether the caller may hear of an account, by its key.
    func mayHear(ofAccount key: String) -> Bool {
        caller?.grants.contains { $0.account == nil || $0.account?.text == key } ?? false
    }

    // MARK: What the path names

    func reference(_ name: String) throws(Problem) -> EntityReference {
        guard let text = path[name] else { throw Problem.notFound }
        return EntityReference(text)
    }

    func operatorEntry(_ reader: DirectoryReader) throws -> OperatorEntry {
        try reader.operator(reference("operator"))
    }

    func accountEntry(_ reader: DirectoryReader) throws -> AccountEntry {
        try reader.account(reference("account"), of: operatorEntry(reader))
    }

    func userEntry(_ reader: DirectoryReader) throws -> UserEntry {
        try reader.user(reference("user"), of: accountEntry(reader))
    }

    // MARK: Pages

    /// The page that the query asks for.
    func page() throws(Problem) -> Page { try Page(query) }
}

/// Who sent a request.
struct Caller: Sendable {
    let token: AccessToken
    /// Whether he came through the machine's own socket.
    var isLocal = false

    /// Who came through the machine's own socket.
    static let local = Caller(
        token: AccessToken(
            id: "local", name: "local", kind: .bearer, publicKey: nil, fingerprint: nil,
            grants: [AccessGrant(.systemAdmin)], createdAt: 0, createdBy: "local", expires: nil, revokedAt: nil),
        isLocal: true)

    var grants: [AccessGrant] { token.grants }

    /// Those who take turns as one: whoever holds a token for one account, however many there are, or else whoever holds it.
    var party: String {
        guard let account = grants.first?.account, grants.allSatisfy({ $0.account == account }) else {
            return token.holder
        }
        return account.text
    }
}

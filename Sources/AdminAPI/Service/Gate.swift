import Administration
import Claims

/// What a request passes before its operation sees it: who may, what the body says, and whether it means what is there.
enum Gate {
    /// Everything, in this order.
    ///
    /// - Parameters:
    ///   - checked: what ``checked(_:_:)`` says of the body, where that is known before; it counts after who may.
    ///   - knowsCaller: whether the caller's token was read from the same state of the directory.
    static func admit(
        _ exchange: Exchange, _ incoming: Incoming, _ body: Result<JSONValue, Problem>,
        checked: Result<JSONValue, Problem>? = nil, _ reader: DirectoryReader, knowsCaller: Bool = false
    ) throws -> Exchange {
        var ready = try authorize(exchange, incoming, body, reader, knowsCaller: knowsCaller)
        ready.body = try (checked ?? Self.checked(incoming, body)).get()
        try checkPreconditions(ready, incoming, reader)
        return ready
    }

    /// The body, checked against its schema. A merge patch is checked when it is merged.
    static func checked(_ incoming: Incoming, _ body: Result<JSONValue, Problem>) -> Result<JSONValue, Problem> {
        body.flatMap { value in
            guard let schema = incoming.operation.request, !incoming.isBodyLeftOut else { return .success(value) }
            let isPatch = incoming.operation.method == .patch
            let faults = isPatch && value.members != nil ? schema.strangers(in: value) : schema.faults(in: value)
            guard faults.isEmpty else {
                return .failure(Problem(.invalidValue, "the body has values that cannot be taken", faults: faults))
            }
            return .success(value)
        }
    }

    /// A request that need not pass anything else, with its body.
    static func checked(
        _ exchange: Exchange, _ incoming: Incoming, _ body: Result<JSONValue, Problem>
    ) throws(Problem) -> Exchange {
        var exchange = exchange
        exchange.body = try checked(incoming, body).get()
        return exchange
    }

    // MARK: Who may

    /// Finds what the path names, and asks whether the caller may do with it what the operation does.
    static func authorize(
        _ exchange: Exchange, _ incoming: Incoming, _ body: Result<JSONValue, Problem>, _ reader: DirectoryReader,
        knowsCaller: Bool = false
    ) throws -> Exchange {
        var exchange = exchange
        // Access may have been taken back since the request was let in.
        if !knowsCaller, let caller = exchange.caller, !caller.isLocal {
            guard let token = try reader.findAccessToken(caller.token.id), token.isValid(at: exchange.now) else {
                throw Problem(.unauthenticated, "the token counts no more", refusal: "bad_token")
            }
        }
        guard case .may(var action, let kind) = incoming.operation.requirement else { return exchange }
        let object: AccessObject
        switch try find(kind, exchange, body, reader) {
        case .found(let found): object = found
        case .missing(below: .system, _) where incoming.operation.makesOperator && kind == .operator:
            (action, object) = (.operate, .system)
        case .missing(below: let parent, let error):
            // That something is not there is for those alone who may see everything beside it.
            guard exchange.may(.view, on: parent) else { throw Problem.forbidden }
            throw Problem(error)
        }
        exchange.grant = try exchange.require(action, on: object)
        exchange.object = object
        return exchange
    }

    /// A request as far as it is known before its body, and whether that is enough to know that the caller may.
    typealias Admission = (exchange: Exchange, isAuthorized: Bool)

    /// Whether the caller may do what the operation does, whatever the body says: asked before there is one, with a caller who
    /// was read from the same state of the directory. False where the body decides; refused where it makes no difference.
    static func authorizes(_ exchange: Exchange, _ incoming: Incoming, _ reader: DirectoryReader) throws -> Bool {
        do { _ = try authorize(exchange, incoming, .success(.null), reader, knowsCaller: true) } catch let problem
            as Problem
            where problem.type == .forbidden
        {
            // Of a user who is not there yet, the body says the role.
            guard case .may(_, .user) = incoming.operation.requirement else { throw problem }
            return false
        }
        return true
    }

    private enum Found {
        case found(AccessObject)
        case missing(below: AccessObject, AdministrationError)
    }

    private static func find(
        _ kind: Operation.ObjectKind, _ exchange: Exchange, _ body: Result<JSONValue, Problem>,
        _ reader: DirectoryReader
    ) throws -> Found {
        if kind == .system { return .found(.system) }
        let owner: OperatorEntry
        do { owner = try exchange.operatorEntry(reader) } catch let error as AdministrationError
            where error.code == .notFound
        {
            return .missing(below: .system, error)
        }
        if kind == .operator { return .found(.operator(owner.publicKey)) }
        let account: AccountEntry
        do { account = try reader.account(exchange.reference("account"), of: owner) } catch let error
            as AdministrationError where error.code == .notFound
        {
            return .missing(below: .operator(owner.publicKey), error)
        }
        func role(_ name: String?) -> Found { .found(.role(name, in: account.publicKey, of: owner.publicKey)) }
        switch kind {
        case .role: return role(exchange.path["role"] ?? exchange.query["role"])
        case .user:
            guard let user = try reader.findUser(exchange.reference("user"), of: account) else {
                return role((try? body.get())?["role"]?.text)
            }
            return role(try user.role(in: account.claims()))
        default: return .found(.account(account.publicKey, of: owner.publicKey))
        }
    }

    // MARK: What is meant

    private static func checkPreconditions(
        _ exchange: Exchange, _ incoming: Incoming, _ reader: DirectoryReader
    ) throws {
        guard let state = incoming.operation.state, incoming.operation.isChange else { return }
        let now = try state(exchange, reader)
        func fail(_ type: ProblemType, _ detail: String) -> Problem {
            var problem = Problem(type, detail)
            problem.tag = now.tag
            return problem
        }
        if incoming.excludes(now) { throw fail(.preconditionFailed, "what is there is what If-None-Match names") }
        if let wanted = incoming.wantedTags {
            // What is not there may still belong to something with a version, which `*` does not name.
            guard wanted == ["*"] ? now.exists : now.tag.map(wanted.contains) ?? false else {
                throw fail(.preconditionFailed, "what is there is not what If-Match names")
            }
        } else if incoming.operation.needsPrecondition, now.exists {
            throw fail(.preconditionRequired, "say with If-Match which version is meant")
        }
    }
}

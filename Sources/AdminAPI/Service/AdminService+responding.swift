import Administration
import Audit
import Claims
import HTTPTypes
public import Hummingbird
import NIOCore
import NKeys
import Secrets

extension AdminService: HTTPResponder {
    /// Answers a request. What does not succeed is answered with a problem document, whatever it was.
    public func respond(to request: Request, context: ServiceContext) async throws -> Response {
        let begin = ContinuousClock.now
        let id = Hexadecimal.text(RandomSource.system.bytes(8))
        var name = "none"
        var response: Response
        do {
            guard context.channel == nil || request.head.authority != nil else {
                throw Problem(.badRequest, "the request does not name its host once")
            }
            let path = try RequestPath(request.head.path ?? "", verbs: Catalogue.routes.verbs)
            let (operation, values) = try Catalogue.routes.find(request.method.rawValue, path)
            guard options.answersResolvers || !operation.id.hasPrefix("resolver.") else { throw Problem.notFound }
            name = operation.id
            let incoming = Incoming(operation, request, path, values, context, id: id)
            response = try await carryOut(incoming)
        } catch let problem as Problem {
            response = Self.response(problem, id, context)
        } catch {
            response = Self.response(Problem(.internalError, "the service failed"), id, context)
        }
        response.headers[Header.request] = id
        if request.method == .head {
            let isStream = response.headers[.contentType] == "text/event-stream"
            response = response.createHeadResponse()
            // How long a stream is, nobody knows.
            if isStream { response.headers[.contentLength] = nil }
        }
        let duration = ContinuousClock.now - begin
        metrics.count(name, status: response.status.code, seconds: duration / .seconds(1))
        return response
    }

    private func carryOut(_ incoming: Incoming) async throws -> Response {
        let operation = incoming.operation
        var caller: Caller?
        do {
            let credentials = try await credentials(incoming)
            // Of a list it must be known first who asks, to be read when it is his turn.
            if case .read(let handler) = operation.handler, !incoming.hasBody, !operation.isList {
                let asked = operation.isRemembered ? question(incoming, credentials) : nil
                if let asked, let known = try remembered(asked, incoming) { return Self.response(known, incoming) }
                let answer: Result<Answer, any Error>
                (caller, answer) = try await read(incoming, credentials, handler)
                if let asked, let caller, case .success(let answer) = answer {
                    memory.remember(answer, to: asked, of: caller.token)
                }
                return Self.response(try answer.get(), incoming)
            }
            let admission: Result<Gate.Admission, any Error>
            (caller, admission) = try await admit(incoming, credentials)
            let (exchange, isAuthorized) = try admission.get()
            let bytes = try await incoming.body()
            let body = await Self.value(of: bytes, incoming)
            switch operation.handler {
            case .read: return try await read(incoming, exchange, body)
            case .change: return try await change(incoming, exchange, body, bytes, isAuthorized: isAuthorized)
            case .work where operation.isAtOnce: return try await work(incoming, exchange, body)
            case .work:
                return try await AwayFromLoops.run { [exchange] in try await work(incoming, exchange, body) }
            }
        } catch let problem as Problem {
            throw await recorded(problem, incoming, caller)
        } catch let error as AdministrationError {
            throw Problem(error, inQuery: operation.method == .delete)
        }
    }

    /// What the body says, or what is wrong with it.
    private static func value(of bytes: [UInt8], _ incoming: Incoming) async -> Result<JSONValue, Problem> {
        guard bytes.count > AwayFromLoops.largeBody else {
            return Result { () throws(Problem) in try incoming.value(of: bytes) }
        }
        return await AwayFromLoops.run { Result { () throws(Problem) in try incoming.value(of: bytes) } }
    }

    // MARK: Who it is

    /// What somebody shows to say who it is.
    private enum Credentials: Sendable {
        case local
        case bearer(BearerText)
        /// The fingerprint.
        case certificate(String)
    }

    /// What a request that has to say who sends it says; nil where nobody has to.
    private func credentials(_ incoming: Incoming) async throws -> Credentials? {
        guard incoming.operation.requirement != .open else { return nil }
        // Who shows a token is judged by it, also on the socket: it may come through something in between.
        if let bearer = try incoming.bearer() { return .bearer(bearer) }
        if isLocal { return .local }
        if let certificate = await incoming.fingerprint() { return .certificate(certificate) }
        throw Problem(.unauthenticated, "sign in with a bearer token", refusal: "no_token")
    }

    /// Whose credentials they are.
    private func identify(
        _ credentials: Credentials, _ incoming: Incoming, _ reader: DirectoryReader
    ) throws -> Caller {
        let found: AccessToken?
        switch credentials {
        case .local: return Caller.local
        case .bearer(let bearer): found = try reader.accessToken(of: bearer)
        case .certificate(let fingerprint):
            found = try reader.accessTokens(ofCertificate: fingerprint).chosen(incoming.chosenToken, at: time)
        }
        guard let token = found, token.isValid(at: time) else {
            let reason = found.map { $0.revokedAt == nil ? "expired_token" : "revoked_token" }
            var problem = Problem(
                .unauthenticated, "the token counts no more, or never did", refusal: reason ?? "bad_token")
            problem.holder = found
            throw problem
        }
        try checkRates(of: token, incoming)
        return Caller(token: token)
    }

    /// Who asks, and what can be said before there is a body: who asks in vain need not send one.
    private func admit(
        _ incoming: Incoming, _ credentials: Credentials?
    ) async throws -> (Caller?, Result<Gate.Admission, any Error>) {
        let parameters = Result { () throws(Problem) in try incoming.exchange(now: time) }
        guard let credentials else { return (nil, Result { (try parameters.get(), true) }) }
        return try await directory.glance { reader in
            let caller = try identify(credentials, incoming, reader)
            return (
                caller,
                Result {
                    var exchange = try parameters.get()
                    exchange.caller = caller
                    guard incoming.operation.isChange else { return (exchange, false) }
                    return (exchange, try Gate.authorizes(exchange, incoming, reader))
                }
            )
        }
    }

    private func checkRates(of token: AccessToken, _ incoming: Incoming) throws(Problem) {
        let seconds = incoming.monotonicSeconds
        guard requestRate.allows(token.holder, at: seconds) else {
            throw Problem(.rateLimited, "too many requests with this token")
        }
        // A refusal is a record with a signature, for which others wait.
        guard failureRate.allows("token \(token.holder)", at: seconds, cost: 0) else {
            throw Problem(.rateLimited, "too many requests with this token were refused")
        }
    }

    /// Puts a refusal on record, and notes it against the address if nobody was signed in. Of an address with too many of those
    /// no more are recorded; whoever does sign in there is let in all the same.
    private func recorded(_ problem: Problem, _ incoming: Incoming, _ caller: Caller?) async -> Problem {
        guard let reason = problem.refusal else { return problem }
        if problem.type == .unauthenticated,
            !failureRate.allows(incoming.source, at: incoming.monotonicSeconds)
        {
            return Problem(.rateLimited, "too many sign-ins from this address were refused")
        }
        if let caller, !caller.isLocal {
            let seconds = incoming.monotonicSeconds
            _ = failureRate.allows("token \(caller.token.holder)", at: seconds)
            // However many tokens a tenant makes, all of them together have what one has; and who is not refused loses nothing.
            guard caller.token.accounts.allSatisfy({ failureRate.allows("account \($0)", at: seconds) }) else {
                return Problem(.rateLimited, "too many requests with tokens of this account were refused")
            }
        }
        let actor = incoming.actor(caller ?? problem.holder.map { Caller(token: $0) }, nil)
        let operation = incoming.operation.id
        var problem = problem
        let changed = try? await directory.acting(as: actor).changeTogether("api: \(operation)") {
            $0.noteRefusal(of: operation, reason: reason, account: incoming.account(as: $0.reader))
        }
        problem.auditID = changed?.trace?.id
        return problem
    }

    // MARK: Reading

    /// What is asked, with the state of the directory in which it is; nil where nothing can be remembered of it.
    private func question(_ incoming: Incoming, _ credentials: Credentials?) -> AnswerMemory.Question? {
        guard case .bearer(let bearer) = credentials, let state = directory.stateNumber else { return nil }
        return AnswerMemory.Question(target: incoming.target, bearer: bearer, state: state)
    }

    /// The answer that the same holder of a token got to the same question, if nothing in the directory has changed since.
    private func remembered(_ asked: AnswerMemory.Question, _ incoming: Incoming) throws -> Answer? {
        guard let (answer, token) = memory.answer(to: asked), token.isValid(at: time) else { return nil }
        try checkRates(of: token, incoming)
        _ = try incoming.exchange(now: time)
        return answer
    }

    /// Who asks, and what a request without a body is answered: both are read together, in one transaction.
    private func read(
        _ incoming: Incoming, _ credentials: Credentials?,
        _ handler: @escaping @Sendable (Exchange, DirectoryReader) throws -> Answer
    ) async throws -> (Caller?, Result<Answer, any Error>) {
        let parameters = Result { () throws(Problem) in try incoming.exchange(now: time) }
        let body = Result { () throws(Problem) in try incoming.value(of: []) }
        return try await look { directory in
            try directory.read { reader in
                // Without somebody there is nothing but the refusal; any other has his name on it.
                let caller = try credentials.map { try identify($0, incoming, reader) }
                return (
                    caller,
                    Result {
                        var exchange = try parameters.get()
                        exchange.caller = caller
                        return try handler(Gate.admit(exchange, incoming, body, reader, knowsCaller: true), reader)
                            .written()
                    }
                )
            }
        }
    }

    private func read(
        _ incoming: Incoming, _ exchange: Exchange, _ body: Result<JSONValue, Problem>
    ) async throws -> Response {
        guard case .read(let handler) = incoming.operation.handler else { throw Problem.notFound }
        let read = { @Sendable (directory: Directory) in
            try directory.read { reader in
                let ready = try Gate.admit(exchange, incoming, body, reader)
                return try handler(ready, reader).written()
            }
        }
        // Pages of many are read where nobody waits for them who asks for one thing.
        let answer = incoming.operation.isList ? try await search(for: exchange.caller, read) : try await look(read)
        return Self.response(answer, incoming)
    }

    private func work(
        _ incoming: Incoming, _ exchange: Exchange, _ body: Result<JSONValue, Problem>
    ) async throws -> Response {
        guard case .work(let handler) = incoming.operation.handler else { throw Problem.notFound }
        var ready =
            incoming.operation.requirement == .open
            ? try Gate.checked(exchange, incoming, body)
            : try await look { try $0.read { try Gate.admit(exchange, incoming, body, $0) } }
        ready.actor = incoming.actor(ready.caller, ready.grant)
        return Self.response(try await handler(ready, self), incoming)
    }

    // MARK: Changing

    private func change(
        _ incoming: Incoming, _ exchange: Exchange, _ body: Result<JSONValue, Problem>, _ bytes: [UInt8],
        isAuthorized: Bool
    ) async throws -> Response {
        guard case .change(let handler) = incoming.operation.handler else { throw Problem.notFound }
        let isDryRun = exchange.isDryRun
        let key = isDryRun ? nil : incoming.idempotencyKey
        let owner = exchange.caller?.token.holder ?? ""
        if let key {
            guard running.begin("\(owner) \(key)") else {
                throw Problem(.requestRunning, "the same request is being carried out")
            }
        }
        defer { if let key { running.end("\(owner) \(key)") } }
        let fingerprint = key.map { _ in incoming.fingerprint(of: bytes) }
        // Who asks in vain never makes others wait for the lock of a change.
        if !isAuthorized { try await directory.glance { _ = try Gate.authorize(exchange, incoming, body, $0) } }
        let name = "api: \(incoming.operation.id)"
        // What would take long on this thread is looked at where changes are made.
        let checked = bytes.count > AwayFromLoops.largeBody ? nil : Gate.checked(incoming, body)
        let carryOut = { @Sendable (change: Change) throws -> Outcome in
            if let key, let fingerprint, let stored = try change.storedReply(owner: owner, key: key) {
                guard stored.fingerprint == fingerprint else {
                    throw Problem(.keyReused, "the idempotency key was used for another request")
                }
                // Who lost his roles since then is refused like everybody.
                _ = try Gate.authorize(exchange, incoming, body, change.reader)
                return Outcome(answer: Answer(stored), isReplay: true)
            }
            let ready = try Gate.admit(exchange, incoming, body, checked: checked, change.reader)
            change.act(as: incoming.actor(ready.caller, ready.grant))
            change.allowance = ready.allowance
            var answer = try handler(ready, change)
            if let key, let fingerprint {
                try answer.complete()
                answer.add(change.report, exchange)
                try change.store(StoredReply(answer, owner: owner, key: key, fingerprint))
            }
            return Outcome(answer: answer, isReplay: false)
        }
        let done =
            isDryRun
            ? try await work { try $0.change(name, dryRun: true, carryOut) }
            : try await directory.changeTogether(name, carryOut)
        var answer = done.value.answer
        try answer.complete()
        // What is stored with the answer says it already; else it is put together here, where nobody waits for it.
        if key == nil { answer.add(done.report, exchange) }
        if isDryRun {
            answer.body = answer.body?.adding("dry_run", .bool(true))
            answer.secrets = []
            answer.location = nil
            return Self.response(answer, incoming)
        }
        if let id = answer.starts { await operations.start(id, self) }
        if let distributor, !answer.accounts.isEmpty || !answer.deleted.isEmpty {
            let outcome = await distributor.bringIntoForce(
                answer.accounts, forgetting: answer.deleted, cutting: answer.cuts)
            answer.body = answer.body?.adding(
                "distribution", outcome.json(isShown: exchange.mayHear(ofAccount:)))
        }
        // Accounts first: a server that no longer trusts their old signer has them with the new one then.
        if answer.reloads { await distributor?.reloadOperator() }
        var response = Self.response(answer, incoming)
        if let trace = done.trace { response.headers[Header.audit] = trace.id }
        if done.value.isReplay { response.headers[Header.replayed] = "true" }
        return response
    }

    private struct Outcome: Sendable {
        let answer: Answer
        let isReplay: Bool
    }
}

extension Answer {
    /// Adds what a change did. It may have to do with other accounts, which not everybody may hear of.
    fileprivate mutating func add(_ report: ChangeReport, _ exchange: Exchange) {
        let report = report.json(withWarnings: exchange.may(.view, on: .system), isShown: exchange.mayHear(ofAccount:))
        body = (body ?? .object([:])).adding(report)
    }
}

extension StoredReply {
    init(_ answer: Answer, owner: String, key: String, _ fingerprint: [UInt8]) {
        self.init(
            owner: owner, key: key, fingerprint: fingerprint, status: answer.status,
            body: answer.body?.jsonText ?? "{}",
            tag: answer.tag, location: answer.location,
            accounts: answer.accounts.map(\.text) + answer.deleted.map { "-" + $0.text }
                + answer.cuts.map { "~" + $0.account.text + ($0.user?.text ?? "") },
            hadSecret: !answer.secrets.isEmpty)
    }
}

extension Answer {
    /// The answer that was given before: no secret is given twice, and what it was about is brought to the servers again.
    init(_ stored: StoredReply) {
        self.init(JSONValue(parsing: Array(stored.body.utf8)) ?? .object([:]), tag: stored.tag, status: stored.status)
        location = stored.location
        if stored.hadSecret { body = body?.adding("secret_delivered", .bool(true)) }
        for text in stored.accounts {
            if text.hasPrefix("-") {
                if let key = EntityReference(String(text.dropFirst())).publicKey { deleted.append(key) }
            } else if text.hasPrefix("~") {
                let keys = text.dropFirst()
                if let account = EntityReference(String(keys.prefix(56))).publicKey {
                    cuts.append(ConnectionCut(account, user: EntityReference(String(keys.dropFirst(56))).publicKey))
                }
            } else if let key = EntityReference(text).publicKey {
                accounts.append(key)
            }
        }
    }
}

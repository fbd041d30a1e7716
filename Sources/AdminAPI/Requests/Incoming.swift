import Administration
import Audit
import Claims
import HTTPTypes
import Hummingbird
import NIOCore
import NKeys
import Secrets

/// A request as it came in, with the operation that it means.
struct Incoming: Sendable {
    let operation: Operation
    let path: RequestPath
    let values: [String: String]
    /// What the records of the request have in common.
    let id: String
    private let request: Request
    private let context: ServiceContext

    init(
        _ operation: Operation, _ request: Request, _ path: RequestPath, _ values: [String: String],
        _ context: ServiceContext, id: String
    ) {
        (self.operation, self.request, self.path) = (operation, request, path)
        (self.values, self.context, self.id) = (values, context, id)
    }

    var address: String { context.address }

    var source: String { context.source }

    /// The path with its query.
    var target: String { request.head.path ?? "/" }

    var isHead: Bool { request.method == .head }

    private static let beginning = ContinuousClock.now

    /// A clock that never steps, in seconds.
    var monotonicSeconds: Double {
        (ContinuousClock.now - Self.beginning) / .seconds(1)
    }

    // MARK: Reading

    /// The exchange, with the parameters checked.
    func exchange(now: Int64) throws(Problem) -> Exchange {
        var known = operation.query
        if operation.isChange { known.append(Self.dryRun) }
        var faults: [Fault] = []
        for (name, text) in path.query.sorted(by: { $0.key < $1.key }) {
            guard let parameter = known.first(where: { $0.name == name }) else {
                faults.append(Fault(pointer: String(name.prefix(64)), code: "unknown", detail: "is not known here"))
                continue
            }
            faults += parameter.schema.faults(in: parameter.schema.value(of: text), at: name)
        }
        for parameter in operation.headers {
            for text in HTTPField.Name(parameter.name).map({ request.headers[values: $0] }) ?? [] {
                faults += parameter.schema.faults(in: .string(text), at: parameter.name)
            }
        }
        guard faults.isEmpty else {
            throw Problem(.badRequest, "the request has parameters that cannot be taken", faults: faults)
        }
        for name in ["account", "role", "user"] {
            guard let text = values[name], !EntityName.isTrimmed(text) else { continue }
            throw Problem.invalid(name, "has blanks at its ends, which no name has")
        }
        var exchange = Exchange(path: values, query: path.query, now: now)
        exchange.isDryRun = path.query["dry_run"] == "true"
        exchange.host = request.head.authority ?? ""
        exchange.isOwnHost = context.isOwn(exchange.host)
        exchange.source = context.source
        exchange.target = target
        return exchange
    }

    /// The parameter that every change takes.
    static let dryRun = Operation.Parameter(
        name: "dry_run", schema: .flag("Whether the change is only tried: everything is checked, and then undone."))

    // MARK: Who asks

    /// The bearer's token, taken apart; nil where none is shown.
    func bearer() throws(Problem) -> BearerText? {
        let fields = request.headers[values: .authorization]
        guard let text = fields.first else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard fields.count == 1, parts.count == 2, parts[0].lowercased() == "bearer", let bearer = BearerText(parts[1])
        else { throw Problem(.unauthenticated, "that is no bearer token of this service", refusal: "bad_token") }
        return bearer
    }

    /// The SHA-256 of the client's certificate, which the TLS layer has verified; nil without one.
    func fingerprint() async -> String? { await context.fingerprint() }

    /// The id of the access that is meant, where a certificate has several; nil for the first one.
    var chosenToken: String? { request.headers[Header.token] }

    func actor(_ caller: Caller?, _ grant: AccessGrant?) -> AuditActor {
        let kind =
            switch caller?.token.kind {
            case .nkey, .session: "nkey"
            case .certificate: "cert"
            case .bearer, nil: caller?.isLocal == true ? "local" : "token"
            }
        var actor = AuditActor("\(kind):\(caller?.token.holder ?? "none")")
        actor.role = grant?.role.rawValue
        actor.via = "api \(address)"
        actor.request = id
        return actor
    }

    /// The key of the account that the path names, or what it is called there, for the record; nil where it names none.
    func account(as reader: DirectoryReader) -> String? {
        guard let text = values["account"], let owner = values["operator"] else { return nil }
        let entry = try? reader.account(EntityReference(text), of: reader.operator(EntityReference(owner)))
        // A name that could not be one may be a secret that went to the wrong place.
        return entry?.publicKey.text ?? (try? EntityName.checked(text, for: "an account"))
    }

    // MARK: Preconditions

    /// The tags of `If-Match`; nil without it.
    var wantedTags: [String]? {
        let fields = request.headers[values: .ifMatch]
        guard !fields.isEmpty else { return nil }
        return fields.joined(separator: ",").split(separator: ",").map { text in
            let text = text.filter { $0 != " " }
            // A weak tag never matches here.
            return text.hasPrefix("\"") && text.hasSuffix("\"") && text.count > 1
                ? String(text.dropFirst().dropLast()) : text == "*" ? "*" : ""
        }
    }

    /// Whether a change must not be made to what is there: `*` names anything, a tag that version.
    func excludes(_ state: Operation.State) -> Bool {
        guard state.exists || state.tag != nil else { return false }
        return unwantedTags.contains { $0 == "*" ? state.exists : $0 == state.tag }
    }

    /// Whether the reader has a version already.
    func hasTag(_ tag: String) -> Bool {
        !operation.isChange && unwantedTags.contains { $0 == "*" || $0 == tag }
    }

    /// The tags of `If-None-Match`. A weak one counts like any other (RFC 9110, section 13.1.2).
    private var unwantedTags: [String] {
        request.headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",").compactMap { text in
            var text = text.filter { $0 != " " && $0 != "\t" }
            if text == "*" { return "*" }
            if text.hasPrefix("W/") { text.removeFirst(2) }
            guard text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 else { return nil }
            return String(text.dropFirst().dropLast())
        }
    }

    /// The key that makes a request one that is carried out once; nil without it.
    var idempotencyKey: String? { request.headers[Header.idempotencyKey] }

    /// What tells one request from another that comes with the same idempotency key.
    func fingerprint(of body: [UInt8]) -> [UInt8] {
        let head = [
            request.method.rawValue, request.head.path ?? "", request.headers[.ifMatch] ?? "",
            request.headers[.ifNoneMatch] ?? "",
        ]
        return SHA256.hash(Array(head.joined(separator: "\n").utf8) + [0x0A] + body)
    }

    // MARK: The body

    private var length: Int? { request.headers[.contentLength].flatMap { Int($0) } }

    var hasBody: Bool { (length ?? 0) > 0 || request.headers[.transferEncoding] != nil }

    /// Whether there is no body where none is needed.
    var isBodyLeftOut: Bool { operation.isBodyOptional && !hasBody }

    /// The bytes of the body, once all of them are here. How long that may take is the connection's matter.
    func body() async throws -> [UInt8] {
        guard hasBody else { return [] }
        let encodings = request.headers[values: .transferEncoding]
        guard encodings.isEmpty || encodings.count == 1 && encodings[0].lowercased() == "chunked" else {
            throw unreadable("the body is encoded in a way that the service does not know")
        }
        let largest = operation.largestBody
        if let length, length > largest { throw tooLarge() }
        var bytes: [UInt8] = []
        do {
            for try await part in request.body {
                guard bytes.count + part.readableBytes <= largest else { throw tooLarge() }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch let problem as Problem {
            throw problem
        } catch is CancellationError {
            throw CancellationError()
        } catch is SlowPeerHandler.BodyIsLate {
            var problem = Problem(.requestTimeout, "the body did not arrive in time")
            problem.endsConnection = true
            throw problem
        } catch {
            throw unreadable("the body is not encoded as the header says")
        }
        return bytes
    }

    /// Where a body ends that cannot be read, nobody knows: nothing more is read from the connection.
    private func unreadable(_ detail: String) -> Problem {
        var problem = badBody(detail)
        problem.endsConnection = true
        return problem
    }

    /// Something is wrong with the body as a whole.
    private func badBody(_ detail: String) -> Problem {
        Problem(.badRequest, detail, faults: [Fault(pointer: "", code: "body", detail: detail)])
    }

    private func tooLarge() -> Problem {
        var problem = Problem(.bodyTooLarge, "the body is larger than \(operation.largestBody) bytes")
        problem.endsConnection = true
        return problem
    }

    /// What the body says; null where there is none to be read.
    func value(of bytes: [UInt8]) throws(Problem) -> JSONValue {
        guard operation.request != nil else {
            guard bytes.isEmpty else { throw badBody("this request takes no body") }
            return .null
        }
        if bytes.isEmpty {
            guard operation.isBodyOptional else { throw badBody("the body is missing") }
            return .object([:])
        }
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased().filter { $0 != " " } ?? ""
        guard type == "application/json" || operation.method == .patch && type == "application/merge-patch+json" else {
            throw Problem(.unsupportedMediaType, "the body must be of the type application/json")
        }
        return try BodyReader.json(bytes)
    }
}

extension Schema {
    /// What the text of a parameter stands for.
    func value(of text: String) -> JSONValue {
        switch form {
        case .integer: Int64(text).map { .integer($0) } ?? .string(text)
        case .flag: text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
        default: .string(text)
        }
    }
}

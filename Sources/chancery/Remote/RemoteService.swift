import AdminAPI
import Administration
import AsyncHTTPClient
import Audit
import Claims
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Secrets

/// A running service, asked over its API. What it refuses reads as the directory's own refusals do.
final class RemoteService {
    /// The most bytes of an answer.
    private static let longestAnswer = 64 << 20
    /// How long one request may take, its answer included: servers may be asked in it.
    private static let patience = TimeAmount.seconds(60)
    private static let attempts = 4

    let address: ServiceAddress
    private let client: HTTPClient

    init(_ address: ServiceAddress) throws {
        self.address = address
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        var tls = TLSConfiguration.makeClientConfiguration()
        if let file = address.authorityFile {
            tls.trustRoots = .certificates(try Self.authorities(file))
        }
        configuration.tlsConfiguration = tls
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { try? client.syncShutdown() }

    private static func authorities(_ file: String) throws -> [NIOSSLCertificate] {
        if let reason = PrivateFile.reasonUnreadable(file) {
            throw AdministrationError(
                .notFound, "--ca: \(file) cannot be read: \(reason)",
                remedy: "give the path of a PEM file that you may read, with --ca or in the context")
        }
        guard let found = try? NIOSSLCertificate.fromPEMFile(file), !found.isEmpty else {
            throw AdministrationError(
                .invalidValue, "--ca: \(file) holds no certificate in PEM",
                remedy: "give the certificates of the authorities that vouch for the service, in PEM")
        }
        return found
    }

    // MARK: Asking

    /// What is read under a path.
    func get(_ path: String, _ query: [(name: String, value: String)] = []) throws -> JSONValue {
        try json(send(.GET, ServicePath.with(query, path)))
    }

    /// The answer to a question that has a body; nothing changes.
    func post(_ path: String, _ body: JSONValue? = nil) throws -> JSONValue {
        try json(send(.POST, path, body))
    }

    /// Has something made, and says what stands for it as it is now.
    func make(_ path: String, _ body: JSONValue) throws -> (answer: JSONValue, tag: String) {
        let response = try send(.POST, path, body)
        return (try json(response), response.headers.first(name: "ETag") ?? "")
    }

    /// A text that is read under a path.
    func text(_ path: String) throws -> String {
        String(buffer: try send(.GET, path).body ?? ByteBuffer())
    }

    /// Every item of a list, page after page.
    func list(_ path: String, _ query: [(name: String, value: String)] = []) throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            let page = try get(path, query + [("limit", "500")] + (cursor.map { [("cursor", $0)] } ?? []))
            items += page["items"]?.elements ?? []
            cursor = page["next"]?.text
        } while cursor != nil
        return items
    }

    /// How a change is asked for.
    enum Verb {
        case post
        case delete
    }

    /// Has something changed, once, however often it has to be asked for.
    func change(
        _ verb: Verb, _ path: String, _ body: JSONValue? = nil,
        query: [(name: String, value: String)] = [], dryRun: Bool = false, ifMatch tag: String? = nil
    ) throws -> JSONValue {
        let method: HTTPMethod = verb == .delete ? .DELETE : .POST
        var query = query
        if dryRun { query.append(("dry_run", "true")) }
        // What is not there is told in the words of the directory.
        if verb == .delete { _ = try get(path) }
        var headers = HTTPHeaders()
        headers.add(name: "Idempotency-Key", value: Hexadecimal.text(RandomSource.system.bytes(16)))
        // What is there is what is meant, as it is for a command beside the directory.
        if let tag = tag ?? (method == .DELETE ? "*" : nil) { headers.add(name: "If-Match", value: tag) }
        return try json(send(method, ServicePath.with(query, path), body, headers))
    }

    private func json(_ response: HTTPClient.Response) throws -> JSONValue {
        let bytes = response.body.map { Array($0.readableBytesView) } ?? []
        guard let value = JSONValue(parsing: bytes) else {
            throw failure("answered with something that is no JSON", "check the address: it may not be this service")
        }
        return value
    }

    // MARK: HTTP

    /// Sends a request, again where the connection broke or the service had no time.
    private func send(
        _ method: HTTPMethod, _ target: String, _ body: JSONValue? = nil, _ headers: HTTPHeaders = [:]
    ) throws -> HTTPClient.Response {
        let request = try self.request(method, target, body, headers)
        let deadline = NIODeadline.now() + Self.patience
        for attempt in 1... {
            let isLast = attempt == Self.attempts || .now() + .seconds(1) > deadline
            do {
                let collector = ResponseAccumulator(request: request, maxBodySize: Self.longestAnswer)
                let response = try client.execute(request: request, delegate: collector, deadline: deadline).wait()
                if response.status.code < 400 { return response }
                let problem = JSONValue(parsing: response.body.map { Array($0.readableBytesView) } ?? []) ?? .null
                guard problem["retryable"]?.flag == true, !isLast else {
                    throw error(problem, status: response.status.code)
                }
                sleep(1)
            } catch let error as HTTPClientError where Self.isBrokenConnection(error) && !isLast {
                usleep(200_000)
            } catch let error as AdministrationError {
                throw error
            } catch {
                throw unreachable(error)
            }
        }
        throw failure("did not answer", nil)
    }

    /// Reads what never ends, until `take` has enough.
    func follow(_ path: String, _ take: @escaping @Sendable (ByteBuffer) -> Bool) throws {
        let request = try self.request(.GET, path, nil, [:])
        do {
            let status = try client.execute(request: request, delegate: Follower(take)).wait()
            if status.code >= 400 { throw error(.null, status: status.code) }
        } catch let error as AdministrationError {
            throw error
        } catch let error as HTTPClientError where error == .cancelled {
            return
        } catch {
            throw unreachable(error)
        }
    }

    private func request(
        _ method: HTTPMethod, _ target: String, _ body: JSONValue?, _ headers: HTTPHeaders
    ) throws -> HTTPClient.Request {
        var headers = headers
        // HTTP's headers are texts; this one lives as long as the request.
        if let token = address.token {
            headers.add(
                name: "Authorization", value: token.withBytes { "Bearer " + String(decoding: $0, as: UTF8.self) })
        }
        if body != nil { headers.add(name: "Content-Type", value: "application/json") }
        var base = address.url
        if base.hasPrefix("unix:") {
            base = "http+unix://" + Self.encoded(String(base.dropFirst(5)))
            // A path names no host, and a request has to.
            headers.add(name: "Host", value: "localhost")
        }
        do {
            return try HTTPClient.Request(
                url: base + target, method: method, headers: headers, body: body.map { .string($0.jsonText) })
        } catch {
            throw AdministrationError(
                .invalidValue, "\"\(address.url)\" is no address of a service",
                remedy: "give https://HOST:PORT, or unix:SOCKET")
        }
    }

    private static func encoded(_ path: String) -> String {
        String(ServicePath.operator(path).dropFirst(ServicePath.operator("").utf8.count))
    }

    private static func isBrokenConnection(_ error: HTTPClientError) -> Bool {
        error == .remoteConnectionClosed || error == .uncleanShutdown
    }

    // MARK: What went wrong

    /// The error that a problem document stands for.
    private func error(_ problem: JSONValue, status: UInt) -> AdministrationError {
        let faults = (problem["errors"]?.elements ?? []).compactMap { fault -> String? in
            guard let pointer = fault["pointer"]?.text, let detail = fault["detail"]?.text else { return nil }
            return "\(pointer.isEmpty ? "it" : pointer) \(detail)"
        }
        let words = problem["detail"]?.text ?? "the service answered \(status)"
        let message = faults.isEmpty ? words : words + ": " + faults.joined(separator: "; ")
        let remedy = problem["remedy"]?.text.map { OptionWords.asOptions($0) }
        if let cause = problem["cause"]?.text {
            return AdministrationError(AdministrationError.Code(name: cause), message, remedy: remedy)
        }
        switch status {
        case 401:
            return AdministrationError(
                .refused, message, remedy: "give another token with --token-file, or in CHANCERY_TOKEN")
        case 403:
            return AdministrationError(
                .refused, message,
                remedy: "ask somebody who may; the refusal is on record"
                    + (problem["audit_id"]?.text.map { " as \($0)" } ?? ""))
        case 404: return AdministrationError(.notFound, message, remedy: nil)
        case 429, 503: return AdministrationError(.busy, message, remedy: "try again")
        default: return AdministrationError(.refused, message, remedy: remedy)
        }
    }

    private func unreachable(_ error: any Error) -> AdministrationError {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout:
            return failure("did not answer in time", "see whether it runs; what was asked for may still be done")
        case let error as HTTPClientError:
            return failure("cannot be asked: \(error.shortDescription)", "check the address, and that it runs")
        case is NIOConnectionError, is ChannelError, is IOError:
            return failure("cannot be reached: nothing answers there", "check the address, and that it runs")
        case is NIOSSLError, is NIOSSLExtraError:
            return failure(
                "is not who it should be: its certificate is not trusted",
                "name the authority that vouches for it with --ca")
        default: return failure("cannot be asked: \(error)", "check the address, and that it runs")
        }
    }

    private func failure(_ words: String, _ remedy: String?) -> AdministrationError {
        AdministrationError(.distributionFailed, "the service at \(address.url) \(words)", remedy: remedy)
    }
}

/// Hands on what arrives, piece by piece, until it is told to stop.
private final class Follower: HTTPClientResponseDelegate {
    typealias Response = HTTPResponseStatus

    private let take: @Sendable (ByteBuffer) -> Bool
    // Called on one event loop alone.
    nonisolated(unsafe) private var status = HTTPResponseStatus.ok

    init(_ take: @escaping @Sendable (ByteBuffer) -> Bool) {
        self.take = take
    }

    func didReceiveHead(task: HTTPClient.Task<HTTPResponseStatus>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        status = head.status
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<HTTPResponseStatus>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        if status.code < 400, !take(buffer) { task.cancel() }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<HTTPResponseStatus>) throws -> HTTPResponseStatus { status }
}

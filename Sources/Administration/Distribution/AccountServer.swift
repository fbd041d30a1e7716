import AsyncHTTPClient
public import Messaging
import NIOCore
import NIOHTTP1
import NIOPosix
public import NKeys

/// An account server: operators hand out their token there, and take and give account tokens over HTTP.
///
/// Its address ends in `/jwt/v1`. It is how accounts of an operator that somebody else runs are signed: the account's
/// own signature goes there, and the operator's comes back.
public struct AccountServer: Sendable {
    /// The most bytes of an answer: no token is larger.
    private static let longestAnswer = 1 << 20

    private let base: String
    private let timeout: Duration
    private let tls: TLSOptions

    /// The server at an `http` or `https` address; nil if the address is of another kind.
    ///
    /// - Parameter timeout: how long one request may take.
    public init?(_ url: String, timeout: Duration = .seconds(5), tls: TLSOptions = TLSOptions()) {
        guard Self.isAddress(url) else { return nil }
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
        (self.timeout, self.tls) = (timeout, tls)
    }

    /// Whether a text is an address that is spoken to over HTTP.
    public static func isAddress(_ text: String) -> Bool {
        let text = text.lowercased()
        return text.hasPrefix("http://") || text.hasPrefix("https://")
    }

    /// The operator's token: what is at the address itself, or at `operator` below it.
    public func operatorToken() async throws -> String {
        for url in [base, base + "/operator"] {
            let answer = try await send(.GET, url)
            if answer.isOK, Self.looksLikeToken(answer.text) { return answer.text }
        }
        throw Self.failure(
            "no operator's token is at \(base)", "give the whole address of the token, or a file with it")
    }

    /// The token that the server has of an account; nil if it has none.
    public func token(of account: PublicKey) async throws -> String? {
        let url = "\(base)/accounts/\(account)"
        let answer = try await send(.GET, url)
        if answer.status == 404 { return nil }
        guard answer.isOK, Self.looksLikeToken(answer.text) else { throw Self.refusal("GET", url, answer) }
        return answer.text
    }

    /// Gives the server the token of an account.
    public func push(_ token: String, of account: PublicKey) async throws {
        try await post(token, to: "\(base)/accounts/\(account)")
    }

    /// Gives the server an activation, for importing accounts to fetch.
    public func push(activation token: String) async throws {
        try await post(token, to: "\(base)/activations")
    }

    private func post(_ token: String, to url: String) async throws {
        let answer = try await send(.POST, url, token)
        guard answer.isOK else { throw Self.refusal("POST", url, answer) }
    }

    // MARK: HTTP

    private struct Answer {
        let status: UInt
        let text: String
        var isOK: Bool { (200...299).contains(status) }
    }

    private enum Method {
        case GET
        case POST
    }

    private func send(_ method: Method, _ url: String, _ token: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method == .GET ? .GET : .POST
        if let token {
            request.headers.add(name: "Content-Type", value: "application/jwt")
            request.body = .bytes(ByteBuffer(string: token))
        }
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = try tls.configuration()
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let response = try await client.execute(request, timeout: TimeAmount(timeout))
            let body = try await response.body.collect(upTo: Self.longestAnswer)
            try await client.shutdown()
            return Answer(status: response.status.code, text: Self.trimmed(String(buffer: body)))
        } catch {
            try? await client.shutdown()
            throw Self.failure(
                "cannot reach \(url): \(Self.reason(error))", "check the address, and that the server runs")
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription }
        if error is NIOConnectionError { return "nothing answers there" }
        return "\(error)"
    }

    /// A JWT's first chunk begins with `{"`, which is always `ey` in base64.
    private static func looksLikeToken(_ text: String) -> Bool {
        text.hasPrefix("ey") && text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }

    private static func trimmed(_ text: String) -> String { ListEdits.trimmed(text) }

    private static func refusal(_ verb: String, _ url: String, _ answer: Answer) -> AdministrationError {
        failure(
            "the account server answered \(answer.status) to \(verb) \(url)"
                + (answer.text.isEmpty ? "" : ": \(answer.text.prefix(200))"), "see the server's log")
    }

    private static func failure(_ message: String, _ remedy: String) -> AdministrationError {
        AdministrationError(.distributionFailed, message, remedy: remedy)
    }
}

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import NKeys

/// An account server: it has each account's JWT at an address that ends in the account's key.
final class ServerResolver: Sendable {
    /// The most bytes of an answer: no account JWT is larger.
    private static let longestAnswer = 1 << 20
    /// How long an answer may take.
    private static let patience = TimeAmount.milliseconds(1900)
    /// Redirections that are followed.
    private static let mostRedirections = 5

    /// Ends with a slash.
    private let base: String
    private let client: HTTPClient

    /// - Parameter tls: for an address that begins with `https`; nil for what the system trusts.
    init(_ url: String, tls: NIOSSL.TLSConfiguration? = nil) {
        base = url.hasSuffix("/") ? url : url + "/"
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .follow(max: Self.mostRedirections, allowCycles: false)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sees whether anybody is there.
    func probe() async throws(BrokerStartError) {
        do {
            guard try await get(base) != nil else { throw Silence() }
        } catch {
            throw BrokerStartError(
                message: "the resolver's account server does not answer at \(base): \(error)",
                remedy: "start it, or correct the address in resolver: URL(…) or the certificates in resolver_tls")
        }
    }

    /// The JWT of an account as the server gives it, or nil where it has none.
    func token(of account: PublicKey) async throws -> String? {
        // A key, never a text that somebody sent: nothing else can become part of the address.
        try await get(base + account.text)
    }

    private struct Silence: Error, CustomStringConvertible {
        let description = "it has nothing to say there"
    }

    private func get(_ url: String) async throws -> String? {
        let response = try await client.execute(HTTPClientRequest(url: url), timeout: Self.patience)
        let body = try await response.body.collect(upTo: Self.longestAnswer)
        guard response.status.code == 200 else { return nil }
        return String(buffer: body).trimmingBlanks()
    }

    func shutDown() async throws {
        try await client.shutdown()
    }
}

extension String {
    /// Without the white space and control characters around it.
    fileprivate func trimmingBlanks() -> String {
        let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
        guard let first = utf8.firstIndex(where: { !isBlank($0) }), let last = utf8.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(self[first...last])
    }
}

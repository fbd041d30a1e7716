import Audit
public import Hummingbird
import NIOCore
import NIOSSL
import Secrets

/// What a request comes with beside itself: its connection.
public struct ServiceContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The connection; nil in tests without one.
    let channel: (any Channel)?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The SHA-256 of the client's certificate; nil without one, or without TLS.
    ///
    /// The TLS layer has verified the certificate against the authorities of the service.
    func fingerprint() async -> String? {
        guard let channel, let certificate = try? await channel.nioSSL_peerCertificate().get(),
            let bytes = try? certificate.toDERBytes()
        else { return nil }
        return Hexadecimal.text(SHA256.hash(bytes))
    }

    /// The other side's address without its port; `local` for a Unix socket.
    var address: String {
        channel?.remoteAddress?.ipAddress ?? "local"
    }

    /// Whether a host of a request is the address that the connection came to. On a socket, and in tests, there is none to
    /// compare with.
    func isOwn(_ host: String) -> Bool {
        guard let address = channel?.localAddress, var ip = address.ipAddress, let port = address.port else {
            return true
        }
        if ip.hasPrefix("::ffff:"), ip.contains(".") { ip.removeFirst("::ffff:".count) }
        var names = [ip, "[\(ip)]"]
        if ip.hasPrefix("127.") || ip == "::1" { names.append("localhost") }
        let given = host.lowercased()
        return names.contains { given == "\($0):\(port)" || (port == 80 || port == 443) && given == $0 }
    }

    /// Whose address it is, as far as that can be told: of IPv6 the first 64 bits, since who has one address there has them
    /// all.
    var source: String { channel?.remoteAddress.flatMap(Self.source) ?? "local" }

    static func source(_ address: SocketAddress) -> String? {
        guard case .v6(let six) = address else { return address.ipAddress }
        let bytes = withUnsafeBytes(of: six.address) { Array($0[8..<24]) }
        // IPv4 on a socket that takes both.
        if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
            return bytes.suffix(4).map(String.init).joined(separator: ".")
        }
        return Hexadecimal.text(Array(bytes.prefix(8)))
    }
}

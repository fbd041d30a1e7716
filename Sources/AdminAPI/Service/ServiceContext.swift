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

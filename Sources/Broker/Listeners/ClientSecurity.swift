import Claims
import NIOSSL

/// What TLS came to on one connection.
struct ClientSecurity: Sendable {
    /// `1.2` or `1.3`.
    let version: String
    /// The name of the cipher suite as TLS registers it; empty where it is not known.
    let cipher: String
    /// The client's certificate; nil without one.
    let certificate: NIOSSLCertificate?
    /// The certificate with those that it comes from, as far as the listener knows them; empty without one.
    let chain: [NIOSSLCertificate]
    /// Whether the chain was verified.
    let isVerified: Bool

    var withoutCertificates: ClientSecurity {
        ClientSecurity(version: version, cipher: cipher, certificate: nil, chain: [], isVerified: isVerified)
    }

    /// What an authentication callout is told.
    var claims: ClientTLS {
        var tls = ClientTLS()
        tls.version = version
        tls.cipher = cipher
        let texts = chain.compactMap(Self.text)
        if isVerified, !texts.isEmpty { tls.verifiedChains = [texts] } else { tls.certificates = texts }
        return tls
    }

    private static func text(_ certificate: NIOSSLCertificate) -> String? {
        (try? certificate.toDERBytes()).map { PEMText.certificate($0) }
    }
}

/// Certificates as text between two lines that say so.
enum PEMText {
    private static let lineLength = 64

    static func certificate(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        var column = 0
        func put(_ digit: UInt8) {
            if column == lineLength {
                text.append(UInt8(ascii: "\n"))
                column = 0
            }
            text.append(digit)
            column += 1
        }
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for (place, byte) in group.enumerated() { bits |= UInt32(byte) << UInt32(16 - 8 * place) }
            for place in 0..<4 {
                put(place <= group.count ? digits[Int(bits >> UInt32(18 - 6 * place)) & 63] : UInt8(ascii: "="))
            }
        }
        return "-----BEGIN CERTIFICATE-----\n\(String(decoding: text, as: UTF8.self))\n-----END CERTIFICATE-----\n"
    }
}

/// A `tls` block.
public struct TLSConfiguration: Sendable, Hashable {
    /// A certificate with the chain behind it, and its key: paths of files in PEM.
    public struct CertificateFiles: Sendable, Hashable {
        public var certificate: String
        public var key: String

        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Whether the TLS handshake comes before the INFO line.
    public enum HandshakeFirst: Sendable, Hashable {
        case no
        case always
        /// The INFO line goes out if nothing has come after this time.
        case fallback(Duration)
    }

    public enum Version: String, Sendable, Hashable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// Empty only for connections that the broker makes itself.
    public var certificates: [CertificateFiles] = []
    /// `ca_file`: the authorities that clients' certificates come from; nil for the system's.
    public var authorityFile: String?
    /// `verify`: clients need a certificate.
    public var verifiesClients = false
    /// `verify_and_map`: the certificate says who the client is. Sets ``verifiesClients`` too.
    public var mapsCertificates = false
    /// `insecure`: for connections that the broker makes itself, the other side's certificate is not looked at.
    public var acceptsAnyServer = false
    /// Names as TLS registers them; nil for all that are safe.
    public var cipherSuites: [String]?
    /// `X25519MLKEM768`, `X25519`, `CurveP256`, `CurveP384`, `CurveP521`, …; nil for all.
    public var curvePreferences: [String]?
    /// How long a handshake may take.
    public var timeout = Duration.seconds(2)
    public var handshakeFirst = HandshakeFirst.no
    public var minimumVersion = Version.tls12
    /// SHA-256 of the public keys (SubjectPublicKeyInfo) that clients may have, as 64 small hexadecimal digits; nil for
    /// any.
    public var pinnedKeys: Set<String>?
    /// Handshakes in a second; nil for any number.
    public var connectionRateLimit: Int?

    public init() {}
}

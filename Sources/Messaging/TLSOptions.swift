package import NIOSSL

/// How a connection is made secret: whom to believe, and who this side is.
public struct TLSOptions: Sendable, Hashable {
    /// A PEM file with the authorities to believe; nil for the system's.
    public var authorityFile: String?
    /// A PEM file with this side's certificate, and those between it and an authority.
    public var certificateFile: String?
    /// A PEM file with the certificate's private key.
    public var keyFile: String?
    /// The curves to agree on a key with, the best first; empty for the library's choice. See ``curveNames``.
    public var curves: [String] = []
    /// Whether the handshake comes before the server's `INFO`, which then must expect that.
    public var isFirst = false

    public init() {}

    /// Whether anything was said.
    public var isEmpty: Bool { self == TLSOptions() }

    private static let curvesByName: [(name: String, curve: NIOTLSCurve)] = [
        ("X25519", .x25519), ("X25519MLKEM768", .x25519_MLKEM768), ("P256", .secp256r1), ("P384", .secp384r1),
        ("P521", .secp521r1),
    ]

    /// The names that ``curves`` may hold.
    public static var curveNames: [String] { curvesByName.map(\.name) }

    /// The library's form of these options.
    ///
    /// - Throws: ``ClientError`` of code `tls-options` that names the file or the curve.
    package func configuration() throws(ClientError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorityFile {
            let authorities = try Self.certificates(authorityFile)
            configuration.trustRoots = .certificates(authorities)
        }
        guard (certificateFile == nil) == (keyFile == nil) else {
            throw .tlsOptions("a client's certificate and its key belong together", "give both files, or neither")
        }
        if let certificateFile, let keyFile {
            configuration.certificateChain = try Self.certificates(certificateFile).map { .certificate($0) }
            configuration.privateKey = .privateKey(try Self.key(keyFile))
        }
        if !curves.isEmpty { configuration.curves = try curves.map(Self.curve) }
        return configuration
    }

    private static func certificates(_ path: String) throws(ClientError) -> [NIOSSLCertificate] {
        let certificates = (try? NIOSSLCertificate.fromPEMFile(path)) ?? []
        guard !certificates.isEmpty else {
            throw .tlsOptions("\(path) holds no certificate", "give a PEM file that this user may read")
        }
        return certificates
    }

    private static func key(_ path: String) throws(ClientError) -> NIOSSLPrivateKey {
        guard let key = try? NIOSSLPrivateKey(file: path, format: .pem) else {
            throw .tlsOptions("\(path) holds no private key", "give a PEM file that this user may read")
        }
        return key
    }

    /// `P-256`, `CurveP256` and `p256` are the same.
    private static func curve(_ text: String) throws(ClientError) -> NIOTLSCurve {
        let plain = text.uppercased().filter { $0.isLetter || $0.isNumber }
        let name = plain.hasPrefix("CURVE") ? String(plain.dropFirst("CURVE".count)) : plain
        guard let known = curvesByName.first(where: { $0.name == name }) else {
            throw .tlsOptions("\"\(text)\" is no curve for TLS", "use " + curveNames.joined(separator: ", "))
        }
        return known.curve
    }
}

extension ClientError {
    static func tlsOptions(_ message: String, _ remedy: String) -> ClientError {
        ClientError(.tlsOptions, message, remedy: remedy)
    }

    static let tlsMissing = ClientError(
        .tlsRequired, "the server offers no TLS, which was asked for",
        remedy: "write nats:// for a server without TLS, on a network you trust")
    static let plainTextAfterInfo = ClientError(
        .protocolViolation, "something came in plain text after the server had asked for TLS",
        remedy: "somebody may have put it there; check the way to the server")

    /// - Parameter reason: the library's own words.
    static func handshakeFailed(_ reason: String) -> ClientError {
        ClientError(
            .tlsFailed, "TLS failed: \(reason)",
            remedy: "check that the server's certificate names this address, and name its authority with --ca-cert")
    }
}

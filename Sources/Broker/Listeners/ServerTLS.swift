import Authorization
import NIOCore
import NIOSSL
import Secrets

/// A `tls` block of a listener, with its certificates and keys read. Reading happens once, at the start, so that what is
/// wrong with them is found there.
struct ServerTLS: Sendable {
    let handshakeFirst: TLSConfiguration.HandshakeFirst
    let timeout: Duration
    /// Whether clients need a certificate.
    let verifiesClients: Bool
    /// Whether the certificate says who the client is.
    let mapsCertificates: Bool
    let rate: HandshakeRate?
    /// When the first certificate ends, Unix seconds.
    let certificateEnd: Int64
    private let pinnedKeys: Set<String>?
    private let context: NIOSSLContext
    /// What clients' certificates may come from, of `ca_file`; by subject.
    private let authorities: [[UInt8]: NIOSSLCertificate]

    /// - Parameters:
    ///   - place: where the block stands, in front of what is said about it.
    ///   - isFirst: whether clients of this listener always begin with the handshake.
    init(_ settings: TLSConfiguration, at place: String, isFirst: Bool = false) throws(BrokerStartError) {
        handshakeFirst = isFirst ? .always : settings.handshakeFirst
        timeout = settings.timeout
        verifiesClients = settings.verifiesClients
        mapsCertificates = settings.mapsCertificates
        pinnedKeys = settings.pinnedKeys
        rate = settings.connectionRateLimit.map { HandshakeRate(limit: $0) }
        (context, certificateEnd) = try Self.context(settings, place)
        authorities = Self.authorities(settings)
    }

    /// A handler for one connection. It gives storage back that a burst of output needed.
    func makeHandler() -> NIOSSLServerHandler {
        var configuration = NIOSSLHandler.Configuration()
        configuration.maximumPreservedOutboundBufferCapacity = SessionOutput.early
        return NIOSSLServerHandler(context: context, configuration: configuration)
    }

    /// Whether a client's key is one of the pinned ones, where there are any.
    func accepts(_ certificate: NIOSSLCertificate?) -> Bool {
        guard let pinnedKeys else { return true }
        guard let key = try? certificate?.extractPublicKey().toSPKIBytes() else { return false }
        let digits = SHA256.hash(key).flatMap { byte -> [UInt8] in
            let hexadecimal = Array("0123456789abcdef".utf8)
            return [hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
        }
        return pinnedKeys.contains(String(decoding: digits, as: UTF8.self))
    }

    /// What TLS came to on a connection.
    func security(isNewest: Bool, cipher: String, _ certificate: NIOSSLCertificate?) -> ClientSecurity {
        ClientSecurity(
            version: isNewest ? "1.3" : "1.2", cipher: cipher, certificate: certificate,
            chain: certificate.map(chain) ?? [], isVerified: verifiesClients)
    }

    /// A certificate with the authorities that it comes from. What the client sent between them is not known here.
    private func chain(of certificate: NIOSSLCertificate) -> [NIOSSLCertificate] {
        var chain = [certificate]
        while let names = chain.last.flatMap(CertificateNames.init), names.issuer != names.subject,
            let next = authorities[names.issuer], chain.count <= authorities.count
        {
            chain.append(next)
        }
        return chain
    }

    private static func authorities(_ settings: TLSConfiguration) -> [[UInt8]: NIOSSLCertificate] {
        guard settings.verifiesClients, let file = settings.authorityFile,
            let certificates = try? NIOSSLCertificate.fromPEMFile(file)
        else { return [:] }
        return Dictionary(
            certificates.compactMap { one in CertificateNames(one).map { ($0.subject, one) } },
            uniquingKeysWith: { first, _ in first })
    }

    // MARK: Reading

    private static func context(
        _ settings: TLSConfiguration, _ place: String
    ) throws(BrokerStartError) -> (NIOSSLContext, certificateEnd: Int64) {
        var pairs: [CertificatePair] = []
        for files in settings.certificates { pairs.append(try CertificatePair(files, place)) }
        guard let first = pairs.first else {
            throw BrokerStartError(
                message: "\(place): TLS needs a certificate and its key", remedy: "write cert_file and key_file")
        }
        var configuration = first.configuration
        configuration.shutdownTimeout = .seconds(1)
        TLSChoices.apply(settings, to: &configuration)
        if settings.verifiesClients {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = try trustRoots(settings.authorityFile, place)
            configuration.sendCANameList = settings.authorityFile != nil
        }
        if pairs.count > 1 { configuration.sslContextCallback = CertificatePair.choice(among: pairs) }
        do { return (try NIOSSLContext(configuration: configuration), first.end) } catch {
            throw BrokerStartError(
                message: "\(place): TLS cannot be set up with these settings: \(error)",
                remedy: "check the certificate, the cipher suites and the curves")
        }
    }

    static func trustRoots(_ file: String?, _ place: String) throws(BrokerStartError) -> NIOSSLTrustRoots {
        guard let file else { return .default }
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(file), !certificates.isEmpty else {
            throw BrokerStartError(
                message: "\(place): \(file) has no certificate that can be read",
                remedy: "give the authorities' certificates in PEM as ca_file")
        }
        return .certificates(certificates)
    }
}

/// A certificate with the chain behind it, and its key.
struct CertificatePair: Sendable {
    private let chain: [NIOSSLCertificate]
    private let key: NIOSSLPrivateKey

    init(_ files: TLSConfiguration.CertificateFiles, _ place: String) throws(BrokerStartError) {
        guard let chain = try? NIOSSLCertificate.fromPEMFile(files.certificate), !chain.isEmpty else {
            throw BrokerStartError(
                message: "\(place): \(files.certificate) has no certificate that can be read",
                remedy: "give the server's certificate in PEM, with the chain behind it")
        }
        guard let key = try? NIOSSLPrivateKey(file: files.key, format: .pem) else {
            throw BrokerStartError(
                message: "\(place): \(files.key) has no private key that can be read",
                remedy: "give the certificate's key in PEM, without a passphrase")
        }
        self.chain = chain
        self.key = key
        guard (try? NIOSSLContext(configuration: configuration)) != nil else {
            throw BrokerStartError(
                message: "\(place): the key in \(files.key) is not that of the certificate in \(files.certificate)",
                remedy: "give the key that the certificate was made for")
        }
    }

    /// When the certificate ends, Unix seconds.
    var end: Int64 { Int64(chain.first?.notValidAfter ?? 0) }

    var configuration: NIOSSL.TLSConfiguration {
        .makeServerConfiguration(certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    }

    /// Shows the certificate to whoever asks for one.
    func present(in configuration: inout NIOSSL.TLSConfiguration) {
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(key)
    }

    /// Picks the first certificate that names the host which the client asks for, or else the first of all.
    static func choice(among pairs: [CertificatePair]) -> NIOSSLContextCallback {
        { asked, promise in
            var change = NIOSSLContextConfigurationOverride.noChanges
            if let host = asked.serverHostname?.lowercased(), let pair = pairs.first(where: { $0.names(host) }) {
                change.certificateChain = pair.chain.map { .certificate($0) }
                change.privateKey = .privateKey(pair.key)
            }
            promise.succeed(change)
        }
    }

    private func names(_ host: String) -> Bool {
        guard let leaf = chain.first else { return false }
        return CertificateIdentity.alternativeNames(of: leaf).dns.contains { name in
            let name = name.lowercased()
            guard name.hasPrefix("*.") else { return name == host }
            return host.drop { $0 != "." }.elementsEqual(name.dropFirst())
        }
    }
}

/// nats-server's names for what TLS is made of, in the library's terms.
enum TLSChoices {
    /// The suites of TLS 1.2. Those of TLS 1.3 cannot be chosen: all three are always offered, there as here.
    private static let known: [String: NIOTLSCipher] = [
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": .TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": .TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": .TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": .TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        "TLS_RSA_WITH_AES_128_CBC_SHA": .TLS_RSA_WITH_AES_128_CBC_SHA,
        "TLS_RSA_WITH_AES_256_CBC_SHA": .TLS_RSA_WITH_AES_256_CBC_SHA,
        "TLS_RSA_WITH_AES_128_GCM_SHA256": .TLS_RSA_WITH_AES_128_GCM_SHA256,
        "TLS_RSA_WITH_AES_256_GCM_SHA384": .TLS_RSA_WITH_AES_256_GCM_SHA384,
    ]

    /// Those of nats-server: with forward secrecy, and with authenticated encryption.
    private static let safe: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    private static let curves: [String: NIOTLSCurve] = [
        "X25519MLKEM768": .x25519_MLKEM768, "X25519": .x25519, "CurveP256": .secp256r1, "CurveP384": .secp384r1,
        "CurveP521": .secp521r1,
    ]

    /// Versions, suites and curves.
    static func apply(_ settings: TLSConfiguration, to configuration: inout NIOSSL.TLSConfiguration) {
        configuration.minimumTLSVersion = settings.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        let suites = suites(settings.cipherSuites)
        // Where none is of TLS 1.2, nobody comes with that.
        if suites.isEmpty { configuration.minimumTLSVersion = .tlsv13 }
        configuration.cipherSuiteValues = suites.isEmpty ? Self.suites(nil) : suites
        configuration.curves = curves(settings.curvePreferences)
    }

    static func suites(_ names: [String]?) -> [NIOTLSCipher] {
        names.map { $0.compactMap { known[$0] } } ?? safe
    }

    static func curves(_ names: [String]?) -> [NIOTLSCurve] {
        names.map { $0.compactMap { curves[$0] } }
            ?? [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1, .secp521r1]
    }
}

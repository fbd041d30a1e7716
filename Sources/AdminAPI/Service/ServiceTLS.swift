import NIOSSL

/// Certificates of one's own for the API.
public struct ServiceTLS: Sendable {
    let configuration: TLSConfiguration

    /// Reads PEM files.
    ///
    /// - Parameters:
    ///   - certificate: the service's certificate, with those that vouch for it.
    ///   - key: its key.
    ///   - clientAuthorities: certificates that vouch for those of clients; nil where no client shows one.
    public init(certificate: String, key: String, clientAuthorities: String?) throws {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
        tls.minimumTLSVersion = .tlsv12
        if let clientAuthorities {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(clientAuthorities))
            // Who has no certificate may still bring a token.
            tls.certificateVerification = .optionalVerification
        }
        configuration = tls
    }
}

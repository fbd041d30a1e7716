import NIOSSL

/// Certificates of one's own for the API.
public struct ServiceTLS: Sendable {
    /// What one of the files is for.
    public enum Part: Sendable, Hashable {
        case certificate
        case key
        case clientAuthorities
    }

    /// What is wrong with one of the files.
    public struct Fault: Error, Sendable, Hashable {
        public let part: Part
        /// What the file is not, or has not, to be written behind its name.
        public let words: String
        public let remedy: String
    }

    let configuration: TLSConfiguration

    /// Reads PEM files.
    ///
    /// - Parameters:
    ///   - certificate: the service's certificate, with those that vouch for it.
    ///   - key: its key.
    ///   - clientAuthorities: certificates that vouch for those of clients; nil where no client shows one.
    public init(certificate: String, key: String, clientAuthorities: String?) throws(Fault) {
        let chain = try Self.certificates(certificate, .certificate)
        guard let privateKey = try? NIOSSLPrivateKey(file: key, format: .pem) else {
            throw Fault(
                part: .key, words: "holds no private key in PEM",
                remedy: "give the certificate's key in PEM, without a passphrase")
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        tls.minimumTLSVersion = .tlsv12
        if let clientAuthorities {
            tls.trustRoots = .certificates(try Self.certificates(clientAuthorities, .clientAuthorities))
            // Who has no certificate may still bring a token.
            tls.certificateVerification = .optionalVerification
        }
        guard (try? NIOSSLContext(configuration: tls)) != nil else {
            throw Fault(
                part: .key, words: "is not the key of the certificate in \(certificate)",
                remedy: "give the key that the certificate was made for")
        }
        configuration = tls
    }

    private static func certificates(_ file: String, _ part: Part) throws(Fault) -> [NIOSSLCertificate] {
        guard let found = try? NIOSSLCertificate.fromPEMFile(file), !found.isEmpty else {
            throw Fault(part: part, words: "holds no certificate in PEM", remedy: "give certificates in PEM")
        }
        return found
    }
}

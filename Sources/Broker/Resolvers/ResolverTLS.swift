import NIOSSL

/// `resolver_tls`: how the broker itself connects to an account server over TLS.
enum ResolverTLS {
    /// Reads the certificates and the key that the block names.
    static func configuration(
        _ settings: BrokerConfiguration
    ) throws(BrokerStartError) -> NIOSSL.TLSConfiguration? {
        guard let block = settings.resolverTLS else { return nil }
        let place = settings.placeText("resolver_tls")
        var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
        if let files = block.certificates.first {
            try CertificatePair(files, place).present(in: &configuration)
        }
        configuration.trustRoots = try ServerTLS.trustRoots(block.authorityFile, place)
        if block.acceptsAnyServer { configuration.certificateVerification = .none }
        TLSChoices.apply(block, to: &configuration)
        return configuration
    }
}

import NIOSSL

/// What is said of a failed handshake.
enum TLSFailure {
    /// The reason, in a few words; nil if the error is none of TLS.
    static func reason(_ error: any Error) -> String? {
        if let error = error as? NIOSSLExtraError { return error.description }
        if let error = error as? BoringSSLError { return "\(error)" }
        guard let error = error as? NIOSSLError else { return nil }
        switch error {
        case .handshakeFailed(let inner):
            let text = "\(inner)"
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                return "the server's certificate was signed by nobody who is believed"
            }
            return text
        case .unableToValidateCertificate: return "the server's certificate cannot be validated"
        case .noCertificateToValidate: return "the server has no certificate"
        case .uncleanShutdown: return nil
        default: return "\(error)"
        }
    }
}

import ArgumentParser
import Messaging

/// How connections to servers are made secret.
struct TLSFlags: ParsableArguments {
    @Option(file: "The certificates of the authorities to believe; by default NATS_CA, or the system's.")
    var caCert: String?
    @Option(file: "This side's certificate; by default NATS_CERT.")
    var clientCert: String?
    @Option(file: "The private key of that certificate; by default NATS_KEY.")
    var clientKey: String?
    @Option(list: "The curves to agree on a key with, the best first: X25519, P256, P384, P521.", of: "curves")
    var tlsCurves: [String] = []
    @Flag(help: "Begin with the handshake, as servers with handshake_first expect.")
    var tlsFirst = false

    /// What these flags and the environment say.
    var tls: TLSOptions {
        var options = TLSOptions()
        options.authorityFile = caCert ?? Environment.value("NATS_CA")
        options.certificateFile = clientCert ?? Environment.value("NATS_CERT")
        options.keyFile = clientKey ?? Environment.value("NATS_KEY")
        options.curves = ValueForms.list(tlsCurves)
        options.isFirst = tlsFirst
        return options
    }
}

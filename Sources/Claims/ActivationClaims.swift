/// The claims of an activation: an account's leave for another account to import a private export.
///
/// ```swift
/// var leave = ActivationClaims(subject: importer.text, name: "prices")
/// leave.importSubject = "prices.eu.>"
/// leave.importType = .stream
/// let jwt = try leave.encode(signedBy: exporterPair, at: now)
/// ```
public struct ActivationClaims: ClaimSet {
    public var kind: ClaimKind { .activation }
    public var any: AnyClaims { .activation(self) }
    public var common: CommonClaims
    public var tags: [String] = []
    public internal(set) var formatVersion = 2
    /// The text of `nats.type` as it was read; only version 1 tokens can lack it.
    var typeText = ClaimKind.activation.rawValue

    /// `nats.subject`: what may be imported.
    public var importSubject = ""
    /// `nats.kind`
    public var importType = ExportType.unknown
    /// `issuer_account`: the exporting account's public key, when one of its signing keys signs instead.
    public var issuerAccount = ""

    /// Claims about the importing account's key `subject`.
    public init(subject: String, name: String = "") {
        common = CommonClaims(name: name, subject: subject)
    }
}

public import Claims
public import Subjects

/// Why an import cannot be used.
public enum ImportRefusal: String, Error, Sendable, Hashable {
    case noExport = "no_export"
    case invalidSubject = "invalid_subject"
    case wrongAccountToken = "wrong_account_token"
    case accountNotNamed = "account_not_named"
    case activationMissing = "activation_missing"
    case activationInvalid = "activation_invalid"
    case activationExpired = "activation_expired"
    case activationRevoked = "activation_revoked"
}

/// The decision whether an account may use another's export.
///
/// An import is good if its subject lies inside an export of the exporter, and **every** export of that kind which the
/// subject overlaps lets this importer in (rule S5): a public export cannot be used to reach under a private one.
public enum ImportUse {
    /// - Parameters:
    ///   - importer: the account that imports.
    ///   - exporter: the exporting account's present claims.
    ///   - now: Unix seconds.
    /// - Returns: the export that the import lies in.
    /// - Throws: ``ImportRefusal``.
    public static func grant(
        _ use: Import, importer: AccountIdentity, exporter: AccountClaims, at now: Int64
    ) throws(ImportRefusal) -> Export {
        try grant(use, among: exporter.exports) { (index, subject) throws(ImportRefusal) in
            let export = exporter.exports[index]
            if export.accountTokenPosition > 0 {
                try checkToken(of: subject, at: export.accountTokenPosition, importer.text)
            } else if export.tokenRequired {
                try checkActivation(export, use, subject, importer, exporter, now)
            }
        }
    }

    /// The same between accounts of a server's configuration, which names the importers of an export instead of asking
    /// for activations.
    ///
    /// - Parameter importer: the name of the account that imports.
    public static func grant(
        _ use: Import, importer: String, exporter: LocalAccount
    ) throws(ImportRefusal) -> Export {
        try grant(use, among: exporter.claims.exports) { (index, subject) throws(ImportRefusal) in
            let export = exporter.claims.exports[index]
            if export.accountTokenPosition > 0 {
                try checkToken(of: subject, at: export.accountTokenPosition, importer)
            } else if !exporter.admits(importer, to: index) {
                throw .accountNotNamed
            }
        }
    }

    /// - Parameter check: throws where the export at a place in the list does not let the importer in.
    private static func grant(
        _ use: Import, among exports: [Export],
        _ check: (_ index: Int, _ subject: Pattern) throws(ImportRefusal) -> Void
    ) throws(ImportRefusal) -> Export {
        guard let subject = try? Pattern(remoteSubject(of: use)) else { throw .invalidSubject }
        var granting: Export?
        for (index, export) in exports.enumerated() where export.type == use.type {
            guard let exported = try? Pattern(export.subject), exported.overlaps(subject) else { continue }
            try check(index, subject)
            if granting == nil, subject.isContained(in: exported) { granting = export }
        }
        guard let granting else { throw .noExport }
        return granting
    }

    /// Whether one export lets an import in by what is written in claims: when the activation counts, and whether the key
    /// that signed it still is one of the exporter's, is left aside.
    ///
    /// - Parameters:
    ///   - subject: on the exporter's side.
    ///   - activation: the import's, which is read once for many exports; nil for none.
    ///   - importer: the key of the account that imports.
    public static func isLetIn(
        _ use: Import, _ subject: Pattern, activation: ActivationClaims?, by export: Export, importer: String
    ) -> Bool {
        if export.accountTokenPosition > 0 {
            return (try? checkToken(of: subject, at: export.accountTokenPosition, importer)) != nil
        }
        guard export.tokenRequired else { return true }
        guard let activation else { return false }
        return fits(activation, use, subject, importer: importer) && !isRevoked(activation, by: export)
    }

    /// The subject on the exporter's side. In the deprecated form of a service import that is `to`.
    public static func remoteSubject(of use: Import) -> String {
        use.type == .service && !use.to.isEmpty ? use.to : use.subject
    }

    /// The subject on the importer's side; a renaming may have `$1` in it. In the deprecated form it is the subject of a service
    /// import, and that of a stream behind a prefix.
    public static func localSubject(of use: Import) -> String {
        guard use.localSubject.isEmpty else { return use.localSubject }
        return use.type == .stream && !use.to.isEmpty ? "\(use.to).\(use.subject)" : use.subject
    }

    /// The subject itself has to carry the importer's key or name; that is the authorization.
    private static func checkToken(
        of subject: Pattern, at position: UInt, _ importer: String
    ) throws(ImportRefusal) {
        guard position <= UInt(subject.tokens.count),
            subject.tokens[Int(position) - 1] == .literal(Array(importer.utf8))
        else { throw .wrongAccountToken }
    }

    private static func checkActivation(
        _ export: Export, _ use: Import, _ subject: Pattern, _ importer: AccountIdentity,
        _ exporter: AccountClaims, _ now: Int64
    ) throws(ImportRefusal) {
        guard !use.token.isEmpty else { throw .activationMissing }
        guard let activation = try? ActivationClaims.decode(use.token) else { throw .activationInvalid }
        guard exporter.didSign(.activation(activation)), fits(activation, use, subject, importer: importer.text)
        else { throw .activationInvalid }
        if activation.expires != 0, now > activation.expires { throw .activationExpired }
        if activation.notBefore > 0, activation.notBefore > now { throw .activationInvalid }
        if isRevoked(activation, by: export) { throw .activationRevoked }
    }

    private static func isRevoked(_ activation: ActivationClaims, by export: Export) -> Bool {
        export.revocations.isRevoked(activation.subject, issuedAt: activation.issuedAt)
    }

    /// Whether an activation is one of the exporter's for an import, by what it says.
    private static func fits(
        _ activation: ActivationClaims, _ use: Import, _ subject: Pattern, importer: String
    ) -> Bool {
        guard activation.issuer == use.account || activation.issuerAccount == use.account,
            activation.subject == importer, activation.importType == use.type,
            let granted = try? Pattern(activation.importSubject)
        else { return false }
        return subject.isContained(in: granted)
    }
}

import Claims
import NKeys

extension Change {
    /// Signs an activation: leave for another account to import a private export of this one.
    ///
    /// - Parameters:
    ///   - subject: what may be imported: an export's subject or a part of it; without one the only private export.
    ///   - target: the importing account, by name or key.
    /// - Returns: the activation JWT.
    public func generateActivation(
        _ subject: String?, for target: EntityReference, at place: Place, validity: Validity = Validity(),
        signer choice: SignerChoice = .automatic
    ) throws -> String {
        let export = try privateExport(subject, of: reader.account(at: place))
        return try generateActivation(
            subject ?? export.subject, of: export, for: target, at: place, validity: validity, signer: choice)
    }

    /// Signs an activation for an export, or a part of it.
    func generateActivation(
        _ subject: String, of export: Export, for target: EntityReference, at place: Place,
        validity: Validity = Validity(), signer choice: SignerChoice = .automatic
    ) throws -> String {
        let account = try reader.account(at: place)
        let importer = try importer(target, at: place)
        var claims = ActivationClaims(subject: importer, name: export.name)
        claims.importSubject = try CheckedSubject.check(subject, "the activation's subject")
        claims.importType = export.type
        try validity.check(at: now)
        validity.apply(to: &claims)
        let signer = try signer(of: account, choice, allowingScopes: false)
        if signer.pair.publicKey != account.publicKey { claims.issuerAccount = account.publicKey.text }
        let covering = export.revocations.effectiveTime(of: importer)
        let token = try issue(claims, scope: account.publicKey, signer: signer.pair, revokedThrough: covering)
        note(.added, "activation", claims.importSubject, key: importer, token: token)
        return token.text
    }

    private func privateExport(_ subject: String?, of account: AccountEntry) throws -> Export {
        let exports = try account.claims().exports.filter(\.tokenRequired)
        guard let subject else {
            guard exports.count == 1 else {
                throw AdministrationError(
                    .noSelection,
                    exports.isEmpty
                        ? "the account \"\(account.name)\" has no private export"
                        : "it is not clear which export is meant",
                    remedy: exports.isEmpty
                        ? "add one with \"chancery add export --private\"" : "name it with --subject")
            }
            return exports[0]
        }
        guard let export = exports.first(where: { SubjectCover.contains($0.subject, subject) }) else {
            throw AdministrationError(
                .notFound, "the account \"\(account.name)\" has no private export that covers \"\(subject)\"",
                remedy: "see \"chancery describe account \(commandWord(account.name))\"")
        }
        return export
    }

    /// The key of an importing account, which the directory need not know.
    func importer(_ target: EntityReference, at place: Place) throws -> String {
        if let key = target.publicKey {
            guard key.kind == .account else {
                throw AdministrationError(
                    .invalidValue, "\(key) is not an account public key", remedy: "give a key that begins with A")
            }
            return key.text
        }
        return try reader.account(target, of: reader.operator(at: place)).publicKey.text
    }
}

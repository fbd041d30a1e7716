import Claims
import GRDB
import NKeys
import Policy

/// Finds out whether an exporter agrees to an import (rule S5): what the set says of the exporter, then what the directory
/// does, then what was approved before. Nothing is signed for an exporter whose file is not in the set.
struct ConsentFinder {
    let builder: PolicyTargetBuilder
    let members: [PolicyTargetBuilder.Member]

    enum Consent {
        /// The exporter's key; no activation is needed.
        case free(String)
        case activation(exporter: String, token: String)
        case waits
    }

    private var change: Change { builder.change }

    func consent(to item: CompiledImport, of importer: PolicyTargetBuilder.Member) throws -> Consent {
        let wanted = item.claim
        if let member = members.first(where: { $0.compiled.name == item.from }) {
            let exporter = member.account
            let exports = try member.compiled.exports(on: member.claims)
            guard let export = Self.covering(wanted, in: exports) else { return .waits }
            guard Self.isPrivate(wanted, in: exports) else { return .free(exporter.publicKey.text) }
            let until = member.compiled.grantEnd(of: wanted, to: importer.compiled.name, in: member.policy.policy)
            if let token = try approved(wanted, by: exporter, export, for: importer.account, until: .some(until)) {
                return .activation(exporter: exporter.publicKey.text, token: token)
            }
            let token = try sign(wanted, by: exporter, export, for: importer.account, until: until)
            return .activation(exporter: exporter.publicKey.text, token: token)
        }
        guard let exporter = try change.reader.findAccount(EntityReference(item.from), of: builder.entry) else {
            return .waits
        }
        let exports = try exporter.claims().exports
        guard let export = Self.covering(wanted, in: exports) else { return .waits }
        guard Self.isPrivate(wanted, in: exports) else { return .free(exporter.publicKey.text) }
        guard let token = try approved(wanted, by: exporter, export, for: importer.account, until: nil) else {
            return .waits
        }
        return .activation(exporter: exporter.publicKey.text, token: token)
    }

    /// The export that an import lies in, the narrowest first.
    private static func covering(_ wanted: Import, in exports: [Export]) -> Export? {
        exports.filter { $0.type == wanted.type && SubjectCover.contains($0.subject, wanted.subject) }
            .max { SubjectCover.contains($0.subject, $1.subject) && $0.subject != $1.subject }
    }

    /// Whether any export that the import meets asks for an activation.
    private static func isPrivate(_ wanted: Import, in exports: [Export]) -> Bool {
        exports.contains {
            $0.type == wanted.type && $0.tokenRequired
                && (SubjectCover.contains($0.subject, wanted.subject)
                    || SubjectCover.contains(wanted.subject, $0.subject))
        }
    }

    /// An activation that was signed before and still says what is needed. The same one is taken as long as it does, so
    /// that an edit that changes nothing changes no claims.
    ///
    /// - Parameter until: when it has to end, nil inside for never; nil outside where any end does.
    private func approved(
        _ wanted: Import, by exporter: AccountEntry, _ export: Export, for importer: AccountEntry, until: Int64??
    ) throws -> String? {
        let sql = """
            SELECT text FROM tokens WHERE kind = 'activation' AND scope = ? AND subject = ?
            ORDER BY issued_at DESC, id DESC LIMIT 1000
            """
        let tokens = try change.database.texts(sql, [exporter.publicKey.text, importer.publicKey.text])
        let signers = try [exporter.publicKey.text] + exporter.claims().signingKeys.map(\.key)
        return tokens.first { text in
            guard let claims = try? ActivationClaims.decode(text), claims.importType == wanted.type,
                SubjectCover.contains(claims.importSubject, wanted.subject), signers.contains(claims.issuer),
                claims.expires == 0 || claims.expires > change.now, claims.notBefore <= change.now,
                !export.revocations.isRevoked(importer.publicKey.text, issuedAt: claims.issuedAt)
            else { return false }
            guard let until else { return true }
            return claims.expires == until ?? 0 && claims.importSubject == wanted.subject
        }
    }

    private func sign(
        _ wanted: Import, by exporter: AccountEntry, _ export: Export, for importer: AccountEntry, until: Int64?
    ) throws -> String {
        var claims = ActivationClaims(subject: importer.publicKey.text, name: wanted.subject)
        (claims.importSubject, claims.importType) = (wanted.subject, wanted.type)
        claims.expires = until ?? 0
        let covering = export.revocations.effectiveTime(of: importer.publicKey.text)
        if let pair = try change.keyring.keyPair(exporter.publicKey) {
            return try change.issue(claims, scope: exporter.publicKey, signer: pair, revokedThrough: covering).text
        }
        let signer = try change.signer(of: exporter, .automatic, allowingScopes: false)
        claims.issuerAccount = exporter.publicKey.text
        return try change.issue(claims, scope: exporter.publicKey, signer: signer.pair, revokedThrough: covering).text
    }
}

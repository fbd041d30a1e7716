import Authorization
import Claims
import GRDB
import NKeys
import Policy
import Subjects

/// Finds out whether an exporter agrees to an import (rule S5): what the set says of the exporter, then what the directory
/// does, then what was approved before. Nothing is signed for an exporter whose file is not in the set.
struct ConsentFinder {
    let builder: PolicyTargetBuilder
    let members: [PolicyTargetBuilder.Member]

    enum Consent {
        /// The exporter's key; no activation is needed.
        case free(String)
        /// - Parameter isGivenAgain: whether somebody had revoked by hand what is signed.
        case activation(exporter: String, token: String, isGivenAgain: Bool = false)
        case waits
    }

    private var change: Change { builder.change }

    func consent(to item: CompiledImport, of importer: PolicyTargetBuilder.Member) throws -> Consent {
        var wanted = item.claim
        // As the exporter has it, whose leave it is.
        wanted.subject = ImportUse.remoteSubject(of: item.claim)
        if let member = members.first(where: { $0.compiled.name == item.from }) {
            let exporter = member.account
            let exports = try member.exports()
            try Self.checkAccountTokens(wanted, of: importer, exports, from: item.from)
            guard Self.isCovered(wanted, by: exports) else { return .waits }
            let doors = Self.privateOnes(wanted, among: exports)
            guard !doors.isEmpty else { return .free(exporter.publicKey.text) }
            let until = member.compiled.grantEnd(of: wanted, to: importer.compiled.name, in: member.policy.policy)
            // What has ended is no grant, and nothing is signed that nobody could use.
            if let until, until <= change.now { return .waits }
            if let token = try approved(wanted, by: exporter, doors, for: importer.account, until: .some(until)) {
                return .activation(exporter: exporter.publicKey.text, token: token)
            }
            let isGivenAgain = try change.isRevokedByHand(wanted, by: exporter, for: importer.account)
            let token = try change.signActivation(
                wanted, by: exporter, doors, for: importer.account, until: until)
            return .activation(exporter: exporter.publicKey.text, token: token, isGivenAgain: isGivenAgain)
        }
        guard let exporter = try change.reader.findAccount(EntityReference(item.from), of: builder.entry) else {
            return .waits
        }
        let exports = try exporter.claims().exports
        try Self.checkAccountTokens(wanted, of: importer, exports, from: item.from)
        guard Self.isCovered(wanted, by: exports) else { return .waits }
        let doors = Self.privateOnes(wanted, among: exports)
        guard !doors.isEmpty else { return .free(exporter.publicKey.text) }
        guard let token = try approved(wanted, by: exporter, doors, for: importer.account, until: nil) else {
            return .waits
        }
        return .activation(exporter: exporter.publicKey.text, token: token)
    }

    /// Refuses an import that no server lets in: where exports have the importer's own key in their subjects, it has to be
    /// there.
    private static func checkAccountTokens(
        _ wanted: Import, of importer: PolicyTargetBuilder.Member, _ exports: [Export], from name: String
    ) throws {
        guard let pattern = try? Pattern(wanted.subject) else { return }
        let key = importer.account.publicKey.text
        for export in exports where export.type == wanted.type && export.accountTokenPosition > 0 {
            let place = export.accountTokenPosition
            guard SubjectCover.meet(export.subject, wanted.subject),
                place > UInt(pattern.tokens.count) || pattern.tokens[Int(place) - 1] != .literal(Array(key.utf8))
            else { continue }
            throw AdministrationError(
                .refused,
                "what \(importer.compiled.name) imports from \(name), the \(wanted.type.name) \(wanted.subject), can never be "
                    + "used: \(export.subject) has the importer's own public key as token \(place)",
                remedy: importer.isNew
                    ? "leave the import out until the account is there, and write its public key there then"
                    : "write \(key) there")
        }
    }

    private static func isCovered(_ wanted: Import, by exports: [Export]) -> Bool {
        exports.contains { $0.type == wanted.type && SubjectCover.contains($0.subject, wanted.subject) }
    }

    /// The exports that an import meets and that ask for an activation.
    static func privateOnes(_ wanted: Import, among exports: [Export]) -> [Export] {
        exports.filter {
            $0.type == wanted.type && $0.tokenRequired && SubjectCover.meet($0.subject, wanted.subject)
        }
    }

    /// An activation that was signed before and still says what is needed. The same one is taken as long as it does, so
    /// that an edit that changes nothing changes no claims.
    ///
    /// - Parameter until: when it has to end, nil inside for never; nil outside where any end does.
    private func approved(
        _ wanted: Import, by exporter: AccountEntry, _ doors: [Export], for importer: AccountEntry, until: Int64??
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
                !doors.contains(where: { $0.isRevoked(claims) })
            else { return false }
            guard let until else { return true }
            return claims.expires == until ?? 0 && claims.importSubject == wanted.subject
        }
    }
}

extension Change {
    /// Signs an activation for what somebody imports.
    ///
    /// - Parameters:
    ///   - doors: the private exports that it meets: it is dated after what they have revoked.
    ///   - until: Unix seconds; nil for ever.
    func signActivation(
        _ wanted: Import, by exporter: AccountEntry, _ doors: [Export], for importer: AccountEntry, until: Int64?
    ) throws -> String {
        var claims = ActivationClaims(subject: importer.publicKey.text, name: wanted.subject)
        (claims.importSubject, claims.importType) = (wanted.subject, wanted.type)
        claims.expires = until ?? 0
        let covering = doors.compactMap { $0.revocations.effectiveTime(of: importer.publicKey.text) }.max()
        if let pair = try keyring.keyPair(exporter.publicKey) {
            return try issue(claims, scope: exporter.publicKey, signer: pair, revokedThrough: covering).text
        }
        let signer = try signer(of: exporter, .automatic, allowingScopes: false)
        claims.issuerAccount = exporter.publicKey.text
        return try issue(claims, scope: exporter.publicKey, signer: signer.pair, revokedThrough: covering).text
    }
}

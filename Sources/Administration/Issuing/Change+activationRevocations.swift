import Claims
import GRDB
import NKeys

/// An export whose activations are meant.
public struct ExportReference: Sendable, Hashable {
    /// Its subject; nil for the only export of its type.
    public var subject: String?
    /// Whether it is a service rather than a stream; nil for either.
    public var isService: Bool?

    public init(subject: String? = nil, isService: Bool? = nil) {
        (self.subject, self.isService) = (subject, isService)
    }
}

extension Change {
    /// Revokes the activations that were issued to an importing account for an export.
    ///
    /// - Parameters:
    ///   - target: the importing account, by name or public key (which the directory need not know), or `*` for all.
    ///   - time: what was issued at or before it counts no more; nil for everything issued so far.
    public func revokeActivation(
        _ export: ExportReference, for target: EntityReference, at place: Place, through time: Int64? = nil,
        signer: SignerChoice = .automatic
    ) throws {
        let account = try reader.account(at: place)
        let importer = try activationTarget(target, at: place)
        let latest =
            importer == RevocationList.everyone
            ? try reader.latestActivation(by: account.publicKey) : try reader.latestIssue(to: importer)
        try editAccount(account, signer: signer) { claims, account in
            let index = try Self.exportIndex(export, in: claims, account)
            let entry = time ?? IssueTime.revocation(now: now, last: latest)
            if let older = claims.exports[index].revocations.entries[importer], older > entry {
                warn("an entry with a later time is kept")
            }
            if !claims.exports[index].tokenRequired {
                warn(
                    "the export of \"\(claims.exports[index].subject)\" is public: it needs no activation"
                )
            }
            claims.exports[index].revocations.revoke(importer, at: entry)
        }
        note(.added, "activation revocation", target.text, key: importer)
    }

    /// Takes the revocation of an importing account's activations back.
    public func deleteActivationRevocation(
        _ export: ExportReference, for target: EntityReference, at place: Place, signer: SignerChoice = .automatic
    ) throws {
        let importer = try activationTarget(target, at: place)
        try editAccount(reader.account(at: place), signer: signer) { claims, account in
            let index = try Self.exportIndex(export, in: claims, account)
            guard claims.exports[index].revocations.entries[importer] != nil else {
                throw AdministrationError(
                    .notFound, "the activation of \"\(target)\" is not revoked",
                    remedy: "see \"chancery revocations list_activations --account \(commandWord(account.name))\"")
            }
            claims.exports[index].revocations.clear(importer)
        }
        note(.deleted, "activation revocation", target.text, key: importer)
    }

    /// The key of an importing account, or `*`.
    private func activationTarget(_ target: EntityReference, at place: Place) throws -> String {
        if target.text == RevocationList.everyone { return target.text }
        return try importer(target, at: place)
    }

    /// The export that is meant: without a subject, the only one of the type that was said.
    static func exportIndex(
        _ reference: ExportReference, in claims: AccountClaims, _ account: AccountEntry
    ) throws(AdministrationError) -> Int {
        let type: ExportType? = reference.isService.map { $0 ? .service : .stream }
        let candidates = claims.exports.indices.filter { index in
            (type == nil || claims.exports[index].type == type)
                && (reference.subject.map(claims.exports[index].subject.isExactly) ?? true)
        }
        guard let index = candidates.first else {
            throw AdministrationError(
                .notFound, "the account \"\(account.name)\" has no such export",
                remedy: "see \"chancery describe account \(commandWord(account.name))\"")
        }
        guard candidates.count == 1 else {
            throw AdministrationError(
                .noSelection, "it is not clear which export is meant", remedy: "name it with --subject")
        }
        return index
    }
}

extension DirectoryReader {
    /// The latest `iat` of any activation that an account issued, or nil.
    func latestActivation(by account: PublicKey) throws -> Int64? {
        try database.integer(
            "SELECT max(issued_at) AS number FROM tokens WHERE scope = ? AND kind = 'activation'", [account.text])
    }
}

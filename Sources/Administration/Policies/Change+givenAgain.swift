import Claims
import GRDB
import NKeys
import Policy

// What somebody revoked by hand is an importer's lock: no file lifts it by the way.

extension Change {
    /// Whether what an exporter signed last for an import is revoked, and not by an apply or an undo: these revoke what
    /// files grant no longer, and sign it anew where one grants it again.
    func isRevokedByHand(_ wanted: Import, by exporter: AccountEntry, for importer: AccountEntry) throws -> Bool {
        guard let last = try lastActivation(for: wanted, by: exporter, for: importer) else { return false }
        let doors = try ConsentFinder.privateOnes(wanted, among: exporter.claims().exports)
        return try doors.contains { try isRevokedByHand(last, at: $0, of: exporter) }
    }

    /// Whether somebody revoked an activation at an export.
    func isRevokedByHand(_ activation: ActivationClaims, at door: Export, of exporter: AccountEntry) throws -> Bool {
        guard door.isRevoked(activation), let time = door.revocations.effectiveTime(of: activation.subject) else {
            return false
        }
        let sql = """
            SELECT 1 FROM policy_runs, json_each(policy_runs.target, ?) AS item
            WHERE operator = ? AND json_extract(item.value, '$.importer') = ? AND json_extract(item.value, '$.time') = ?
            """
        let path = "$.accounts.\(exporter.publicKey.text).withdrawn"
        return try !database.finds(sql, [path, exporter.operator.text, activation.subject, time])
    }

    private func lastActivation(
        for wanted: Import, by exporter: AccountEntry, for importer: AccountEntry
    ) throws -> ActivationClaims? {
        let sql = """
            SELECT text FROM tokens WHERE kind = 'activation' AND scope = ? AND subject = ?
            ORDER BY issued_at DESC, id DESC LIMIT 1000
            """
        return try database.texts(sql, [exporter.publicKey.text, importer.publicKey.text]).lazy
            .compactMap { try? ActivationClaims.decode($0) }
            .first { $0.importType == wanted.type && SubjectCover.meet($0.importSubject, wanted.subject) }
    }

    /// Refuses an apply that signs anew what somebody revoked by hand, unless somebody insists, which is recorded.
    func checkGivenAgain(_ run: PolicyRun, isMeant: Bool) throws {
        for (key, state) in run.target.accounts.sorted(by: { $0.value.name < $1.value.name }) {
            guard let first = state.givenAgain?.first,
                let account = try EntityReference(key).publicKey.flatMap({ try reader.accountEntry($0) })
            else { continue }
            try refuseUnlessForced(
                account, isMeant: isMeant,
                "the \(first.kind) \(first.subject) of \(state.name) was revoked by hand for \(first.importer), and the "
                    + "files grant it: the apply would sign it anew",
                remedy: "take the grant or the import out of the files, or insist with --force, which is recorded",
                warning: "what was revoked by hand at \"\(account.name)\" is given again, as its policy file says")
        }
    }
}

import Claims
import GRDB
import NKeys
import Policy
import Subjects

/// Finds the activations that are out and that no file grants any more: those that an earlier file granted, and those that
/// would begin to count for an export which becomes private without a grant for them. What was signed by hand beside the
/// files goes on.
final class WithdrawalFinder {
    private let change: Change
    private let entry: OperatorEntry
    /// Accounts' names by their keys.
    private let names: [String: String]
    /// Activations that stand in the imports of the operator's accounts, by the exporter's key; nil before they are needed.
    private var imported: [String: [ActivationClaims]]?

    init(_ change: Change, of entry: OperatorEntry) throws {
        (self.change, self.entry) = (change, entry)
        names = Dictionary(
            try change.reader.accounts(of: entry).map { ($0.publicKey.text, $0.name) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What stops counting when a file comes into force.
    ///
    /// - Parameters:
    ///   - before: the exporter's claims as they are.
    ///   - exports: those of its claims to come.
    ///   - policy: its file to come.
    ///   - old: what files that were in force, or on the way to it, have granted.
    func withdrawn(
        by account: PublicKey, before: AccountClaims, to exports: [Export], policy: AccountPolicy,
        granted old: [AccountGrant]
    ) throws -> [WithdrawnActivation] {
        // What the file leaves alone stays as it is.
        let doors = exports.filter { export in export.tokenRequired && policy.declares(export) }.compactMap(Door.init)
        let earlier = before.exports.filter(\.tokenRequired)
        let closing = doors.contains { door in
            !earlier.contains { $0.type == door.export.type && $0.subject.isExactly(door.export.subject) }
        }
        let lost = old.filter { grant in
            !policy.grants.contains {
                $0.covers(grant.subject, grant.type, for: grant.importer) && $0.lasts(until: grant.until)
            }
        }
        guard !doors.isEmpty, closing || !lost.isEmpty else { return [] }
        let (grants, lostGrants) = (
            Dictionary(grouping: policy.grants, by: \.importer), Dictionary(grouping: lost, by: \.importer)
        )
        let formerDoors = earlier.compactMap(Door.init)
        var found: [WithdrawnActivation] = []
        for activation in try activations(of: account, before) {
            guard let wanted = try? Pattern(activation.importSubject) else { continue }
            let importer = names[activation.subject] ?? ""
            for door in doors where door.export.type == activation.importType {
                // An import may meet a private export and lie in another one.
                guard let part = door.pattern.intersection(wanted) else { continue }
                let subject = part.description
                let end = activation.expires == 0 ? nil : activation.expires
                let goesOn = grants[importer, default: []].contains {
                    $0.covers(subject, activation.importType, for: importer) && $0.lasts(until: end)
                }
                let counted = formerDoors.contains {
                    $0.export.type == activation.importType && $0.pattern.overlaps(part)
                }
                let isLost = lostGrants[importer, default: []].contains {
                    $0.type == activation.importType && SubjectCover.meet($0.subject, subject)
                }
                guard !goesOn, isLost || !counted, !door.export.isRevoked(activation) else { continue }
                found.append(
                    WithdrawnActivation(
                        export: door.export, importer: activation.subject, time: activation.issuedAt,
                        isDormant: !counted))
            }
        }
        return Self.joined(found)
    }

    /// An export that lets in whoever has an activation.
    private struct Door {
        let export: Export
        let pattern: Pattern

        init?(_ export: Export) {
            guard let pattern = try? Pattern(export.subject) else { return nil }
            (self.export, self.pattern) = (export, pattern)
        }
    }

    /// Each importer once for an export, through the latest.
    private static func joined(_ found: [WithdrawnActivation]) -> [WithdrawnActivation] {
        let groups = Dictionary(grouping: found) { [$0.kind, $0.export, $0.importer, String($0.isDormant)] }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { _, group in
            group.max { $0.time < $1.time }
        }
    }

    // MARK: Activations

    /// Everything that an account signed and that has not ended, whether the directory keeps it or an importer has it.
    private func activations(of account: PublicKey, _ claims: AccountClaims) throws -> [ActivationClaims] {
        let sql = "SELECT text FROM tokens WHERE scope = ? AND kind = 'activation'"
        let kept = try change.database.texts(sql, [account.text]).compactMap { try? ActivationClaims.decode($0) }
        // Whatever stands in somebody's import: only what the exporter has signed is about it.
        let others = try inImports()[account.text, default: []].filter { claims.didSign($0) }
        return (kept + others).filter { $0.expires == 0 || $0.expires > change.now }
    }

    private func inImports() throws -> [String: [ActivationClaims]] {
        if let imported { return imported }
        var found: [String: [ActivationClaims]] = [:]
        for account in try change.reader.accounts(of: entry) {
            for item in try account.claims().imports where !item.token.isEmpty {
                guard let claims = try? ActivationClaims.decode(item.token) else { continue }
                found[item.account, default: []].append(claims)
            }
        }
        imported = found
        return found
    }
}

extension AccountGrant {
    /// Whether the grant lasts as long as something else does; nil is for ever.
    fileprivate func lasts(until end: Int64?) -> Bool { (until ?? .max) >= (end ?? .max) }
}

extension AccountPolicy {
    /// Whether the file says that there is an export, rather than leaving it alone.
    fileprivate func declares(_ export: Export) -> Bool {
        exports.contains {
            $0.kind.rawValue == export.type.name && $0.subject?.text.isExactly(export.subject) ?? false
        }
    }
}

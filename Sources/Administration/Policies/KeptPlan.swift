import Audit
import Claims
import FoundationEssentials
import GRDB
public import NKeys
public import Policy
import Secrets

/// A plan that was shown to somebody, and is kept for a day so that exactly that can be applied.
public struct KeptPlan: Sendable {
    /// Seconds for which a plan is kept.
    public static let lifetime: Int64 = 86_400
    /// The plans that are kept for one who makes them.
    static let most = 16

    public let id: String
    public let operatorKey: PublicKey
    /// A hash of the plan and of the world that it was made for.
    public let tag: String
    public let texts: PolicyTexts
    public let options: PolicyOptions
    /// The plan as machines read it: JSON.
    public let content: String
    /// Unix seconds.
    public let createdAt: Int64
}

/// What would be done, and a hash of it and of the world that it was worked out for.
public struct PlannedPolicy: Sendable {
    public let run: PolicyRun
    /// As machines read it: JSON.
    public let content: String
    public let tag: String
}

extension DirectoryReader {
    /// A plan of an operator that is still kept.
    public func keptPlan(_ id: String, of entry: OperatorEntry, at now: Int64) throws -> KeptPlan? {
        let sql = "SELECT * FROM policy_plans WHERE id = ? AND operator = ? AND created_at > ?"
        return try database.row(sql, [id, entry.publicKey.text, now - KeptPlan.lifetime]).flatMap { row in
            guard let texts = row.text("texts").flatMap({ PolicyTexts(encoded: $0) }) else { return nil }
            var options = PolicyOptions()
            options.deletesRoles = row.integer("deletes_roles") == 1
            return KeptPlan(
                id: id, operatorKey: entry.publicKey, tag: try row.text("tag").orDamaged(), texts: texts,
                options: options, content: try row.text("content").orDamaged(),
                createdAt: try row.integer("created_at").orDamaged())
        }
    }
}

extension Change {
    /// Begins an apply, and works out what it will do.
    ///
    /// In a change that is only tried this is a plan.
    public func planPolicy(
        _ set: PolicySet, at place: Place, _ options: PolicyOptions = PolicyOptions()
    ) throws -> PlannedPolicy {
        let run = try beginPolicy(set, at: place, options)
        var answer = try answer(of: run)
        let content = try Self.json(answer)
        // Whoever gets credentials in between may be cut off like the others: that is no other plan.
        answer.cut_by_nats_server = []
        let world = try world(run, set)
        let parts = [try Self.json(answer), set.texts.encoded, options.deletesRoles ? "deletes" : "keeps", world]
        let hashes = parts.map { Hexadecimal.text(SHA256.hash($0)) }.joined()
        return PlannedPolicy(run: run, content: content, tag: String(Hexadecimal.text(SHA256.hash(hashes)).prefix(32)))
    }

    /// What a run will do, as machines read it.
    ///
    /// - Parameter undone: what it takes back, where it is an undo.
    public func content(of run: PolicyRun, undoing undone: PolicyRun) throws -> String {
        var answer = try answer(of: run)
        answer.undone = PlanAnswer.Undone(undone)
        return try Self.json(answer)
    }

    private func answer(of run: PolicyRun) throws -> PlanAnswer {
        let names = try reader.accountNames(at: Place(operator: EntityReference(run.operatorKey)))
        return PlanAnswer(try plan(run), names: names)
    }

    /// Keeps a plan.
    ///
    /// - Parameter planned: what a change that was only tried has worked out.
    public func keepPlan(_ planned: PlannedPolicy, of set: PolicySet, _ options: PolicyOptions) throws -> KeptPlan {
        let entry = try reader.operator(EntityReference(planned.run.operatorKey))
        let id = Hexadecimal.text(surroundings.random.bytes(12))
        try database.run(
            sql: "DELETE FROM policy_plans WHERE created_at <= ?", arguments: [now - KeptPlan.lifetime])
        try database.run(
            sql: """
                DELETE FROM policy_plans WHERE actor = ? AND id NOT IN (
                    SELECT id FROM policy_plans WHERE actor = ? ORDER BY created_at DESC, rowid DESC LIMIT ?)
                """,
            arguments: [surroundings.actor, surroundings.actor, KeptPlan.most - 1])
        try database.run(
            sql: """
                INSERT INTO policy_plans (id, operator, tag, texts, deletes_roles, content, actor, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, entry.publicKey.text, planned.tag, set.texts.encoded, options.deletesRoles ? 1 : 0,
                planned.content, surroundings.actor, now,
            ])
        return KeptPlan(
            id: id, operatorKey: entry.publicKey, tag: planned.tag, texts: set.texts, options: options,
            content: planned.content, createdAt: now)
    }

    /// Begins to apply a plan: exactly what was shown.
    ///
    /// - Parameter insisting: whether even what was revoked by hand is signed anew.
    /// - Throws: ``AdministrationError`` of code `refused` if the world has moved since.
    public func beginPolicy(_ kept: KeptPlan, insisting: Bool = false) throws -> PlannedPolicy {
        let set: PolicySet
        do { set = try PolicySet(kept.texts, isKnownTimeZone: SystemTimeZones.isKnown) } catch {
            throw AdministrationError(.refused, "the files of the plan cannot be read any more", remedy: "plan again")
        }
        let planned = try planPolicy(set, at: Place(operator: EntityReference(kept.operatorKey)), kept.options)
        guard planned.tag == kept.tag else {
            throw AdministrationError(
                .refused, "the world has moved since the plan was made: it would do something else now",
                remedy: "plan again, and look at what is different")
        }
        try checkGivenAgain(planned.run, isMeant: insisting)
        return planned
    }

    /// Everything that a plan was made from, beside the files: the accounts as they were, and those that they import
    /// from. Revocations are no business of policies, and keys that the plan itself made are others each time.
    private func world(_ run: PolicyRun, _ set: PolicySet) throws -> String {
        var parts: [String] = []
        for (key, state) in run.before.accounts.sorted(by: { $0.value.name < $1.value.name }) {
            var state = state
            if state.claims != nil {
                var claims = try state.accountClaims(subject: key)
                claims.forgetRevocations()
                state.claims = try claims.json()
            }
            parts += [state.claims == nil ? "" : key, try Self.json(state)]
        }
        let entry = try reader.operator(EntityReference(run.operatorKey))
        let members = Set(set.accounts.map(\.policy.account.value))
        let exporters = Set(set.compiledAccounts.flatMap(\.imports).map(\.from)).subtracting(members)
        for name in exporters.sorted() {
            guard let account = try reader.findAccount(EntityReference(name), of: entry) else { continue }
            var claims = try account.claims()
            claims.forgetRevocations()
            (claims.issuer, claims.issuedAt, claims.common.id) = ("", 0, "")
            parts += [name, try claims.json()]
        }
        return parts.map { "\($0.utf8.count):\($0)" }.joined()
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

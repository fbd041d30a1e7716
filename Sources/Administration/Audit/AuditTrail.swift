import Audit
import Claims
import FoundationEssentials
import GRDB
import Secrets

/// Writes the records of one change at its end: one for each token, object and seed that it touched, and one for each
/// secret that it hands out. What was touched is what ``AuditCapture`` noted, not what the change says of itself.
struct AuditTrail {
    private let database: Database
    private let log: AuditLog
    private let moment: AuditMoment
    private let actor: AuditActor
    /// Those who stand in the place of the actor where a record is about their account.
    private let actorsOfAccounts: [String: AuditActor]
    private let reason: String
    private let random: RandomSource
    /// The tokens that the change signed. What was touched is what was noted, and their rows are as they were written.
    private let signed: [Int64: StoredToken]

    /// Records a change, or does nothing if there is nothing to record.
    ///
    /// - Throws: whatever keeps a record from being written: then the change must not be stored either.
    static func record(_ change: Change) throws {
        let notes = try AuditCapture.notes(change.database)
        let exports = change.exports + change.report.items.compactMap(AuditedExport.init)
        guard
            !notes.isEmpty || !exports.isEmpty || !change.distributions.isEmpty || !change.policies.isEmpty
                || !change.accesses.isEmpty
        else { return }
        let trail = try AuditTrail(change)
        let first = trail.log.nextIndex
        try trail.begin()
        for policy in change.policies {
            try trail.append(policy.operation, .changed, policy.object, after: policy.texts)
        }
        try trail.recordKeyring(notes)
        try trail.recordObjects(notes)
        for export in exports { try trail.append(export.operation, export.outcome, export.object) }
        for distribution in change.distributions { try trail.record(distribution) }
        for access in change.accesses { try trail.record(access) }
        change.trace = AuditTrace(id: "\(trail.log.id.text)/\(first)", count: trail.log.nextIndex - first)
        // One that several changes share is signed when all of them are done. It never begins with one of them.
        if change.sharedLog == nil || trail.log.isNew {
            let others = LogFolder.mentions(in: change.home.logsPath, besides: AuditLog.name)
            change.checkpoint = try trail.log.close(others: others)
        }
    }

    private init(_ change: Change) throws {
        database = change.database
        moment = change.moment
        (reason, random, signed) = (change.reason, change.surroundings.random, change.signed)
        log =
            try change.sharedLog?.open(for: change) ?? AuditLog(database: change.database, keyring: change.keyring)
        var actor = change.surroundings.auditActor ?? AuditActor(change.surroundings.actor)
        if actor.request == nil { actor.request = Hexadecimal.text(random.bytes(8)) }
        self.actor = actor
        actorsOfAccounts = change.actorsOfAccounts.mapValues { text in
            var other = AuditActor(text)
            other.request = actor.request
            return other
        }
    }

    // MARK: What is recorded

    /// The first record of a log names its key; after it comes what was there before the log.
    private func begin() throws {
        guard log.isNew else { return }
        let key = AuditRecord.Object(type: "audit key", id: log.key.verifierKey)
        try append(.logOpen, .changed, key, kind: .key)
        let sql = "SELECT id FROM tokens WHERE id NOT IN (SELECT token FROM audit_notes) ORDER BY id"
        for row in try Row.fetchAll(database, sql: sql) {
            guard let token = try token(row.integer("id").orDamaged()) else { continue }
            try append(.tokenAdopt, .changed, token.object, after: token.version)
        }
        let seeds = """
            SELECT public_key AS text FROM seeds
            WHERE public_key NOT IN (SELECT id FROM audit_notes WHERE subject = 'seed kept') ORDER BY public_key
            """
        for seed in try database.texts(seeds) { try append(.keyKeep, .changed, .init(type: "key", id: seed)) }
    }

    private func recordKeyring(_ notes: [AuditCapture.Note]) throws {
        for note in notes {
            let key = AuditRecord.Object(type: "key", id: note.id)
            let keyring = AuditRecord.Object(type: "keyring", id: "keyring")
            switch note.subject {
            case .seedKept: try append(.keyKeep, .changed, key)
            case .seedForgotten: try append(.keyForget, .changed, key)
            case .keyringMade: try append(.keyringMake, .changed, keyring)
            case .keyringSealed: try append(.keyringSeal, .changed, keyring)
            case .token, .object: break
            }
        }
    }

    /// First each token that came, in its order; then each object that is still not what its last record says: it was
    /// deleted, or moved, or given a token that had come earlier.
    private func recordObjects(_ notes: [AuditCapture.Note]) throws {
        var touched: [AuditedObject] = []
        for note in notes where note.subject == .object {
            touched.append(AuditedObject(type: note.type, id: note.id, account: note.account))
        }
        if log.isNew { touched += try AuditedObject.all(database).map(\.object) }
        let known = Set(touched)
        var recorded: [AuditedObject: AuditedObject.State] = [:]
        for note in notes where note.subject == .token {
            if let token = try token(note.token) { try record(token, touched: known, &recorded) }
        }
        var seen: Set<AuditedObject> = []
        for object in touched where seen.insert(object).inserted {
            try settle(object, from: recorded[object] ?? object.recorded(database))
        }
    }

    /// - Parameter recorded: what the records of this change say of objects.
    private func record(
        _ token: StoredToken, touched: Set<AuditedObject>, _ recorded: inout [AuditedObject: AuditedObject.State]
    ) throws {
        if let object = AuditedObject(kind: token.kind, subject: token.object.id, scope: token.scope),
            try touched.contains(object) || object.current(database) != nil
        {
            let old = try recorded[object] ?? object.recorded(database)
            let new = AuditedObject.State(version: token.version, scope: token.scope)
            try append(
                object.operation(from: old, to: new), .changed, token.object, before: old?.version,
                after: token.version, patch: ClaimsPatch.between(text(of: old), token.text))
            recorded[object] = new
            return try object.setRecorded(new, database)
        }
        let operation: AuditOperation =
            switch token.kind {
            case "user": .userIssue
            case "activation": .activationIssue
            default: .claimsIssue
            }
        try append(operation, .changed, token.object, after: token.version, patch: ClaimsPatch.between(nil, token.text))
    }

    /// - Parameter old: what the last record of the object says it is.
    private func settle(_ object: AuditedObject, from old: AuditedObject.State?) throws {
        let new = try object.current(database)
        guard old != new else { return }
        let patch: AuditPatch? =
            try old?.version == new?.version
            ? nil : text(of: new).flatMap { try ClaimsPatch.between(text(of: old), $0) }
        let described = AuditRecord.Object(
            type: object.type, id: object.id, name: try (text(of: new) ?? text(of: old)).flatMap(StoredToken.name),
            scope: (new ?? old)?.scope)
        try append(
            object.operation(from: old, to: new), .changed, described, before: old?.version, after: new?.version,
            patch: patch)
        try object.setRecorded(new, database)
    }

    private func record(_ distribution: AuditedDistribution) throws {
        let record = AuditRecord(
            log: log.id, index: log.nextIndex, moment: moment, kind: .distribute, operation: distribution.operation,
            outcome: distribution.outcome, evidence: .observed, actor: actor,
            connection: distribution.server.map { AuditRecord.Connection(server: $0) }, reason: reason,
            object: distribution.account, before: distribution.before.map(Hexadecimal.text),
            after: distribution.after.map(Hexadecimal.text), random: random)
        try log.append(record)
    }

    private func record(_ access: AuditedAccess) throws {
        let record = AuditRecord(
            log: log.id, index: log.nextIndex, moment: moment, operation: access.operation, outcome: access.outcome,
            actor: actor, reason: access.reason ?? reason, object: access.object, random: random)
        try log.append(record)
    }

    // MARK: How

    private func append(
        _ operation: AuditOperation, _ outcome: AuditOutcome, _ object: AuditRecord.Object, kind: AuditKind = .admin,
        before: [UInt8]? = nil, after: [UInt8]? = nil, patch: AuditPatch? = nil
    ) throws {
        let record = AuditRecord(
            log: log.id, index: log.nextIndex, moment: moment, kind: kind, operation: operation, outcome: outcome,
            actor: self.actor(of: object), reason: reason, object: object, before: before.map(Hexadecimal.text),
            after: after.map(Hexadecimal.text), random: random)
        try log.append(record, patch: patch)
    }

    private func actor(of object: AuditRecord.Object) -> AuditActor {
        object.type == "account" ? actorsOfAccounts[object.id] ?? actor : actor
    }

    private func token(_ id: Int64) throws -> StoredToken? {
        if let token = signed[id] { return token }
        let sql = "SELECT kind, subject, scope, version, text FROM tokens WHERE id = ?"
        return try database.row(sql, [id]).map { row in
            let text = try row.text("text").orDamaged()
            return StoredToken(
                kind: try row.text("kind").orDamaged(), subject: try row.text("subject").orDamaged(),
                scope: try row.text("scope").orDamaged(), version: try row.bytes("version").orDamaged(), text: text,
                name: StoredToken.name(text))
        }
    }

    private func text(of state: AuditedObject.State?) throws -> String? {
        guard let state else { return nil }
        let sql = "SELECT text FROM tokens WHERE version = ?"
        return try database.texts(sql, [Data(state.version)]).first
    }
}

/// A row of the history, as a record describes it.
struct StoredToken {
    let kind: String
    let scope: String
    let version: [UInt8]
    let text: String
    let object: AuditRecord.Object

    /// - Parameter name: the name that the token gives its subject.
    init(kind: String, subject: String, scope: String, version: [UInt8], text: String, name: String?) {
        (self.kind, self.scope, self.version, self.text) = (kind, scope, version, text)
        object = AuditRecord.Object(type: kind, id: subject, name: name, scope: scope)
    }

    /// The name that a token gives its subject.
    static func name(_ text: String) -> String? { ClaimsPatch.claims(text).map { $0["name"]?.text ?? "" } }
}

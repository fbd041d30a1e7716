import Audit
import Claims
import GRDB

// Whether the directory is what the records say.
extension AuditVerification {
    /// Every token of the history has a record that says who took it in, when and why, and every record its token.
    mutating func checkTokens() throws {
        var unseen = issued
        var number: Int64 = 0
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM tokens ORDER BY id")
        while let row = try rows.next() {
            number += 1
            let text = row.text("text") ?? ""
            let version = TokenVersion(of: text).bytes
            let name = "the token \(row.integer("id") ?? -1) of the history"
            if row.integer("id") != number { add("\(name) is not where it was: one before it is missing or moved") }
            guard row.bytes("version") == version, let record = unseen.removeValue(forKey: version) else {
                add("\(name) has no record: it was altered, or put there by other means")
                continue
            }
            if let fault = Self.fault(of: row, text, record) { add("\(name) \(fault)", record: record.index) }
        }
        for record in unseen.values.sorted(by: { $0.index < $1.index }) {
            add("the token that was issued here is missing from the history", record: record.index)
        }
    }

    private static func fault(of row: Row, _ text: String, _ record: AuditRecord) -> String? {
        // A request to servers is a token of no kind that the format knows.
        guard let claims = (try? Token.decode(text))?.claims ?? (try? GenericClaims.decode(text))?.any,
            row.text("kind") == claims.kind.rawValue, row.text("subject") == claims.subject,
            row.text("issuer") == claims.issuer, row.integer("issued_at") == claims.issuedAt
        else { return "is not described by its row" }
        let object = AuditRecord.Object(
            type: claims.kind.rawValue, id: claims.subject, name: claims.name, scope: row.text("scope"))
        guard object == record.object, isSame(object.name, record.object?.name) else {
            return "is not the one that its record describes"
        }
        // What was there before the log has nobody who answers for the rest of its row.
        if record.operation == .tokenAdopt { return nil }
        // A row says who it was, the record also in which role and by which way.
        let actor = AuditActor(row.text("actor") ?? "")
        guard actor.kind == record.actor.kind, isSame(actor.id, record.actor.id),
            record.reason == RecordText.cut(row.text("reason") ?? "", to: RecordText.longestName),
            row.integer("recorded_at").map({ record.time.hasPrefix(AuditMoment.secondText($0) + ".") }) == true
        else { return "was recorded by somebody else, at another time or for another reason than its row says" }
        return nil
    }

    /// Whether two names are the same, byte by byte.
    private static func isSame(_ name: String?, _ other: String?) -> Bool {
        name.map(ExactText.init) == other.map(ExactText.init)
    }

    mutating func checkObjects() throws {
        var unseen = objects
        for (object, state, name) in try AuditedObject.all(database) {
            let what = "the \(object.type) \"\(name)\" (\(object.id))"
            guard let recorded = unseen.removeValue(forKey: object) else {
                add("\(what) has no record: it was put there by other means")
                continue
            }
            if recorded != state {
                add("\(what) is not what its last record left: it was altered by other means")
            } else if let record = issued[state.version],
                !Self.isSame(record.object?.name, AuditRecord.Object(type: "", id: "", name: name).name)
            {
                add("\(what) has another name than its token", record: record.index)
            }
        }
        for object in unseen.keys.sorted() { add("the \(object.type) \(object.id) was deleted without a record") }
        try checkIndex()
    }

    private mutating func checkIndex() throws {
        var unseen = objects
        for row in try Row.fetchAll(database, sql: "SELECT type, id, account, scope, version FROM audit_objects") {
            let object = AuditedObject(
                type: row.text("type") ?? "", id: row.text("id") ?? "", account: row.text("account") ?? "")
            let state = AuditedObject.State(version: row.bytes("version") ?? [], scope: row.text("scope") ?? "")
            if unseen.removeValue(forKey: object) != state {
                add("the list of current versions does not follow from the records: \(object.type) \(object.id)")
            }
        }
        if !unseen.isEmpty { add("the list of current versions lacks \(unseen.count) that the records name") }
        try checkSigners()
    }

    /// A user that is not in the list would be missing where the users of a role are shown.
    private mutating func checkSigners() throws {
        let signed = "SELECT tokens.issuer, users.name, users.id FROM users JOIN tokens ON tokens.id = users.token"
        let listed = "SELECT issuer, name, user FROM user_signers"
        for difference in ["\(signed) EXCEPT \(listed)", "\(listed) EXCEPT \(signed)"] {
            guard try Row.fetchOne(database, sql: difference + " LIMIT 1") != nil else { continue }
            return add("the list of who signed which user does not follow from the users")
        }
    }

    // MARK: Deliveries and seeds

    mutating func checkDeliveries() throws {
        var unseen = deliveries
        for row in try Row.fetchAll(database, sql: "SELECT account, server, version FROM deliveries") {
            // A record holds no more than this of a name.
            let server = RecordText.cut(row.text("server") ?? "", to: RecordText.longestName)
            let delivery = AuditedDelivery(account: row.text("account") ?? "", server: server)
            if unseen.removeValue(forKey: delivery) != row.bytes("version") {
                add("what \(server) has of the account \(delivery.account) does not follow from the records")
            }
        }
        for delivery in unseen.keys.sorted() {
            add("what \(delivery.server) has of the account \(delivery.account) was forgotten without a record")
        }
    }

    mutating func checkSeeds() throws {
        let kept = Set(
            try Row.fetchAll(database, sql: "SELECT public_key FROM seeds").map { $0.text("public_key") ?? "" })
        for key in kept.subtracting(seeds).sorted() { add("the seed of \(key) was put there without a record") }
        for key in seeds.subtracting(kept).sorted() { add("the seed of \(key) was deleted without a record") }
    }
}

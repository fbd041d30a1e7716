import Claims
import GRDB
import NKeys

extension DirectoryReader {
    /// What an account has asked others for, in the order of the requests.
    public func requestsMade(by account: AccountEntry, after id: Int64, limit: Int) throws -> [SharingRequest] {
        let sql = "SELECT * FROM import_requests WHERE importer = ? AND id > ? ORDER BY id LIMIT ?"
        return try requests(sql, [account.publicKey.text, id, limit])
    }

    /// What others have asked an account for.
    public func requestsReceived(by account: AccountEntry, after id: Int64, limit: Int) throws -> [SharingRequest] {
        let sql = """
            SELECT * FROM import_requests WHERE operator = ? AND exporter IN (?, ?) AND id > ? ORDER BY id LIMIT ?
            """
        return try requests(
            sql, [account.operator.text, account.publicKey.text, account.name, id, limit])
    }

    /// One of the requests that an account has made.
    public func requestMade(_ id: Int64, by account: AccountEntry) throws -> SharingRequest? {
        try requests("SELECT * FROM import_requests WHERE id = ? AND importer = ?", [id, account.publicKey.text]).first
    }

    /// One of the requests that an account was sent.
    public func requestReceived(_ id: Int64, by account: AccountEntry) throws -> SharingRequest? {
        let sql = "SELECT * FROM import_requests WHERE id = ? AND operator = ? AND exporter IN (?, ?)"
        return try requests(sql, [id, account.operator.text, account.publicKey.text, account.name]).first
    }

    func requests(_ sql: String, _ values: StatementValues) throws -> [SharingRequest] {
        try database.rows(sql, values).map { row in
            SharingRequest(
                id: try row.integer("id").orDamaged(),
                importer: try row.text("importer").flatMap { EntityReference($0).publicKey }.orDamaged(),
                exporter: try row.text("exporter").orDamaged(), kind: try row.text("kind").orDamaged(),
                subject: try row.text("subject").orDamaged(), localSubject: row.text("local_subject") ?? "",
                name: row.text("name") ?? "", reason: row.text("reason") ?? "",
                isPolicy: row.integer("is_policy") == 1,
                state: try row.text("state").flatMap { SharingRequest.State(rawValue: $0) }.orDamaged(),
                requestedAt: row.integer("requested_at") ?? 0, decidedAt: row.integer("decided_at"),
                decision: row.text("decision") ?? "")
        }
    }

    /// What the other accounts of an operator want to be known of their exports, and nothing else of them.
    public func advertised(to account: AccountEntry) throws -> [AdvertisedExport] {
        try accounts(of: self.operator(EntityReference(account.operator)))
            .filter { $0.publicKey != account.publicKey }
            .flatMap { other in
                try other.claims().exports.filter(\.advertise).map { export in
                    AdvertisedExport(
                        account: other.name, publicKey: other.publicKey, kind: export.type.name,
                        subject: export.subject, description: export.description, infoURL: export.infoURL,
                        isPrivate: export.tokenRequired)
                }
            }
    }
}

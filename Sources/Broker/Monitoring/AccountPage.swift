import Authorization
import Claims
import Subjects

/// What can be told of one account: `accountz` with an account.
struct AccountDetails: PageBody {
    let identity: String
    let isSystem: Bool
    let isExpired: Bool
    let connections: Int
    let definition: AccountDefinition
    let mappings: [SubjectMapping]
    /// What every account has besides what its claims say.
    let builtInImports: [Import]
    /// Whether each of the claims' imports is used.
    let usedImports: [Bool]
    /// Unix nanoseconds.
    let updatedAt: Int64
    let statistics: InterestStatistics

    private var claims: AccountClaims { definition.claims }

    func write(to writer: inout PageWriter) {
        writer.object { writeMembers(to: &$0) }
    }

    fileprivate func writeMembers(to writer: inout PageWriter) {
        writer.add("account_name", identity)
        writer.add("update_time", UTCTimestamp.text(nanoseconds: updatedAt))
        if isSystem { writer.add("is_system", true) }
        writer.add("expired", isExpired)
        writer.add("complete", usedImports.allSatisfy { $0 })
        writer.add("jetstream_enabled", false)
        writer.add("leafnode_connections", 0)
        writer.add("client_connections", connections)
        writer.add("subscriptions", statistics.subscriptions)
        writeMappings(to: &writer)
        if !claims.exports.isEmpty {
            writer.list("exports", claims.exports) { writer, export in writer.object { write(export, to: &$0) } }
        }
        let imports = Array(zip(claims.imports, usedImports)) + builtInImports.map { ($0, true) }
        if !imports.isEmpty {
            writer.list("imports", imports) { writer, part in
                writer.object { write(part.0, isUsed: part.1, to: &$0) }
            }
        }
        if let token = definition.resolved?.token { writer.add("jwt", token) }
        if !claims.common.issuer.isEmpty { writer.add("issuer_key", claims.common.issuer) }
        writer.add("name_tag", claims.name)
        if !claims.tags.isEmpty { writer.add("tags", claims.tags) }
        if let token = definition.resolved?.token, let decoded = TokenContent.read(token) {
            writer.add("decoded_jwt", decoded)
        }
        if !claims.revocations.isEmpty {
            writer.object("revoked_user") { writer in
                for (key, time) in claims.revocations.entries { writer.add(key, UTCTimestamp.text(time)) }
            }
        }
        writer.object("sublist_stats") { statistics.write(to: &$0) }
    }

    /// What this server rolls for: each destination with the sum of the weights up to its own, the smallest first.
    private func writeMappings(to writer: inout PageWriter) {
        guard !mappings.isEmpty else { return }
        writer.object("mappings") { writer in
            for mapping in mappings {
                let shares = mapping.shares().filter { $0.transform != nil }.sorted { $0.percent < $1.percent }
                var sum = 0
                writer.list("\(mapping.source)", shares) { writer, share in
                    guard let transform = share.transform else { return }
                    sum += share.percent
                    writer.object { writer in
                        writer.add("subject", transform.destination)
                        writer.add("weight", sum)
                    }
                }
            }
        }
    }

    private func write(_ export: Export, to writer: inout PageWriter) {
        if !export.name.isEmpty { writer.add("name", export.name) }
        writer.add("subject", export.subject)
        writer.add("type", export.type.name)
        if export.tokenRequired { writer.add("token_req", true) }
        if export.type == .service {
            let type = export.responseType
            writer.add("response_type", (type == .unspecified ? ResponseType.singleton : type).rawValue)
        }
        if export.responseThreshold > 0 { writer.add("response_threshold", export.responseThreshold) }
        if export.accountTokenPosition > 0 { writer.add("account_token_position", export.accountTokenPosition) }
        if !export.revocations.isEmpty {
            writer.object("revoked_act") { writer in
                for (key, time) in export.revocations.entries { writer.add(key, UTCTimestamp.text(time)) }
            }
        }
    }

    private func write(_ use: Import, isUsed: Bool, to writer: inout PageWriter) {
        writer.add("subject", use.subject)
        writer.add("account", use.account)
        if !use.to.isEmpty { writer.add("to", use.to) }
        let local = use.localSubject.isEmpty ? (use.to.isEmpty ? use.subject : use.to) : use.localSubject
        writer.add("local_subject", local)
        writer.add("type", use.type.name)
        writer.add("invalid", !isUsed)
        writer.add("share", use.share)
        writer.add("tracking", false)
    }
}

/// `accountz`
struct AccountsPage: PageBody {
    enum Content: Sendable {
        case list([String])
        case details(AccountDetails)
    }

    let server: String
    /// Unix nanoseconds.
    let now: Int64
    let systemAccount: String?
    let content: Content

    func write(to writer: inout PageWriter) {
        writer.object { writer in
            writer.add("server_id", server)
            writer.add("now", UTCTimestamp.text(nanoseconds: now))
            if let systemAccount { writer.add("system_account", systemAccount) }
            switch content {
            case .list(let accounts): writer.add("accounts", accounts)
            case .details(let details):
                writer.object("account_detail") { details.writeMembers(to: &$0) }
            }
        }
    }
}

/// What a JWT says, without its signature.
enum TokenContent {
    static func read(_ token: String) -> JSONValue? {
        (try? Token.decode(token)).flatMap { JSONValue(parsing: Array($0.payloadText.utf8)) }
    }
}

import Authorization
import NIOSSL
import NKeys
import Secrets

/// What a page is made of, to be written where no loop waits for it.
protocol PageBody: Sendable {
    func write(to writer: inout PageWriter)
}

/// `connz`
struct ConnectionsPage: PageBody {
    /// An account as the page names it.
    struct AccountName: Sendable {
        let identity: String
        /// The name in its JWT.
        let tag: String
    }

    let server: String
    /// Unix nanoseconds.
    let now: Int64
    let total: Int
    let options: PageOptions
    /// Nil where the account that was asked for does not exist.
    let reports: [ConnectionReport]?
    /// By number.
    let accounts: [Int: AccountName]

    func write(to writer: inout PageWriter) {
        writer.object { writer in
            writer.add("server_id", reports == nil ? "" : server)
            writer.add("now", UTCTimestamp.text(nanoseconds: now))
            writer.add("num_connections", reports?.count ?? 0)
            writer.add("total", total)
            writer.add("offset", options.offset)
            writer.add("limit", options.connection == 0 ? options.limit : 1)
            guard let reports else { return writer.addNull("connections") }
            writer.list("connections", reports) { writer, report in writer.object { write(report, to: &$0) } }
        }
    }

    private func write(_ report: ConnectionReport, to writer: inout PageWriter) {
        writer.add("cid", report.id)
        writer.add("kind", "Client")
        writer.add("type", report.type == .webSocket ? "websocket" : "nats")
        if let address = report.address { writer.add("ip", address) }
        if report.port > 0 { writer.add("port", report.port) }
        writer.add("start", UTCTimestamp.text(nanoseconds: report.startedAt))
        writer.add("last_activity", UTCTimestamp.text(nanoseconds: report.lastActivity))
        if let ending = report.ending {
            writer.add("stop", UTCTimestamp.text(nanoseconds: ending.at))
            writer.add("reason", ending.state.rawValue)
        }
        if report.roundTrip > 0 { writer.add("rtt", ElapsedTime.roundTrip(report.roundTrip)) }
        let end = report.ending?.at ?? now
        writer.add("uptime", ElapsedTime.uptime(end &- report.startedAt))
        writer.add("idle", ElapsedTime.uptime(end &- report.lastActivity))
        writer.add("pending_bytes", report.pending)
        writer.add("in_msgs", report.traffic.received.messages)
        writer.add("out_msgs", report.traffic.sent.messages)
        writer.add("in_bytes", report.traffic.received.bytes)
        writer.add("out_bytes", report.traffic.sent.bytes)
        writer.add("subscriptions", report.subscriptionCount)
        if !report.name.isEmpty { writer.add("name", SecretText.hidden(in: report.name)) }
        if !report.language.isEmpty { writer.add("lang", SecretText.hidden(in: report.language)) }
        if !report.version.isEmpty { writer.add("version", SecretText.hidden(in: report.version)) }
        if let security = report.security { write(security, to: &writer) }
        if options.showsUsers { writeUser(report, to: &writer) }
        switch options.listing {
        case .none: break
        case .subjects where !report.subscriptions.isEmpty:
            writer.add(
                "subscriptions_list",
                report.subscriptions.inOrder.map(\.shownSubject))
        case .details where !report.subscriptions.isEmpty:
            writer.list("subscriptions_list_detail", report.subscriptions.inOrder) { writer, subscription in
                writer.object { subscription.write(to: &$0, account: nil) }
            }
        case .subjects, .details: break
        }
        if options.showsUsers { writeIdentity(report, to: &writer) }
    }

    private func write(_ security: ClientSecurity, to writer: inout PageWriter) {
        writer.add("tls_version", security.version)
        if !security.cipher.isEmpty { writer.add("tls_cipher_suite", security.cipher) }
        guard options.showsUsers, !security.chain.isEmpty else { return }
        writer.list("tls_peer_certs", security.chain) { writer, certificate in
            writer.object { writer in
                writer.add("subject", CertificateIdentity(certificate).subject?.shown ?? "")
                if let key = try? certificate.extractPublicKey().toSPKIBytes() {
                    writer.add("spki_sha256", Self.hexadecimal(SHA256.hash(key)))
                }
                if let bytes = try? certificate.toDERBytes() {
                    writer.add("cert_sha256", Self.hexadecimal(SHA256.hash(bytes)))
                }
            }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private func writeUser(_ report: ConnectionReport, to writer: inout PageWriter) {
        if let user = report.shownUser { writer.add("authorized_user", user) }
        if let name = report.account.flatMap({ accounts[$0] }), name.identity != AccountIdentity.global.text {
            writer.add("account", name.identity)
        }
    }

    /// Keys and names; never the JWT itself (rule S10).
    private func writeIdentity(_ report: ConnectionReport, to writer: inout PageWriter) {
        if report.client != nil, let issuer = report.issuer { writer.add("issuer_key", issuer) }
        if let name = report.account.flatMap({ accounts[$0] }) { writer.add("name_tag", name.tag) }
        let tags = report.client?.principal.tags ?? []
        if !tags.isEmpty { writer.add("tags", tags) }
        if let proxy = report.client?.principal.proxy {
            writer.object("proxy") { $0.add("key", proxy.text) }
        }
    }
}

extension SubscriptionReport {
    /// The subject without a seed or a token that somebody put in its place (S10).
    fileprivate var shownSubject: String {
        let text = String(decoding: subject, as: UTF8.self)
        return mayHoldSecret ? SecretText.hidden(in: text) : text
    }

    /// Whether a token of the subject is as long as a seed and has a seed's first letter, or there is what begins a JWT or
    /// ends a login: looking closely at each of thousands of subjects would take longer than all else of a page.
    private var mayHoldSecret: Bool {
        var (length, hasLetter, previous) = (0, false, UInt8(0))
        for byte in subject {
            switch byte {
            case UInt8(ascii: "."): (length, hasLetter) = (-1, false)
            case UInt8(ascii: "S"), UInt8(ascii: "s"), UInt8(ascii: "P"), UInt8(ascii: "p"): hasLetter = true
            case UInt8(ascii: "@"): return true
            case UInt8(ascii: "y") where previous == UInt8(ascii: "e"): return true
            default: break
            }
            length += 1
            if hasLetter, length >= 40 { return true }
            previous = byte
        }
        return false
    }

    func write(to writer: inout PageWriter, account: ConnectionsPage.AccountName?) {
        if let account {
            writer.add("account", account.identity)
            writer.add("account_tag", account.tag)
        }
        writer.add("subject", shownSubject)
        if let queue { writer.add("qgroup", String(decoding: queue, as: UTF8.self)) }
        writer.add("sid", String(decoding: id, as: UTF8.self))
        writer.add("msgs", delivered)
        if let maximum { writer.add("max", maximum) }
        writer.add("cid", connection)
    }
}

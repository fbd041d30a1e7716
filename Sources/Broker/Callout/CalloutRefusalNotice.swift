import Authorization

/// What the account that answers callouts is told of somebody who was asked about there and not let in: as of a client
/// that has gone, with the reason. Nothing of it could be used to sign in.
struct CalloutRefusalNotice: Sendable {
    /// Where it is published, in that account.
    static let subject = "$SYS.ACCOUNT.CLIENT.AUTH.ERR"

    /// The number of the account.
    let account: Int
    let accountName: String
    let connection: UInt64
    let host: String
    /// Who the client said it is.
    let user: String
    /// What the client calls itself.
    let name: String
    /// Unix seconds.
    let connectedAt: Int64
    /// Nanoseconds.
    let roundTrip: Int64
    let type: ConnectionType
    /// Empty where nobody answered.
    let reason: String

    /// - Parameters:
    ///   - id: of the notice.
    ///   - server: who tells it.
    func text(id: String, server: JSONText, at time: String) -> String {
        var client = JSONText()
        client.add("start", UTCTimestamp.text(connectedAt))
        client.add("host", host)
        client.add("id", connection)
        client.add("acc", accountName)
        if !user.isEmpty { client.add("user", user) }
        if !name.isEmpty { client.add("name", name) }
        client.add("rtt", UInt64(clamping: roundTrip))
        client.add("stop", time)
        client.add("kind", "Client")
        client.add("client_type", type == .webSocket ? "websocket" : "nats")
        var nothing = JSONText()
        nothing.add("msgs", UInt64(0))
        nothing.add("bytes", UInt64(0))
        var notice = JSONText()
        notice.add("type", "io.nats.server.advisory.v1.client_disconnect")
        notice.add("id", id)
        notice.add("timestamp", time)
        notice.add("server", server)
        notice.add("client", client)
        notice.add("sent", nothing)
        notice.add("received", nothing)
        notice.add("reason", reason)
        return notice.text
    }
}

extension ControlPlane {
    /// Publishes a notice on the shard where it came up.
    func tell(_ notice: CalloutRefusalNotice, from shard: Int) {
        let id = String(decoding: Nonce.random(), as: UTF8.self)
        let text = notice.text(id: id, server: serverMember(), at: context.environment.timestamp())
        shards[shard].post(
            .announcement(
                account: notice.account, subject: Array(CalloutRefusalNotice.subject.utf8), body: Array(text.utf8)))
    }
}

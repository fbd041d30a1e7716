import Authorization
import Claims

/// What `$SYS.REQ.USER.INFO` tells a client about itself: who it is, where, and what it may do now, with the templates of
/// its role filled in.
struct UserInformation {
    let client: Client
    /// The account that it is in.
    let account: Account

    /// The answer's `data`.
    ///
    /// - Parameter seconds: the present time, Unix seconds.
    func json(at seconds: Int64) -> JSONText {
        let principal = client.principal
        var data = JSONText()
        data.add("user", client.shownUser)
        data.add("account", account.identity.text)
        data.add("account_name", account.shownName)
        if !client.tokenName.isEmpty { data.add("user_name", client.tokenName) }
        if let permissions = Self.json(principal) { data.add("permissions", permissions) }
        if let endsAt = principal.endsAt, endsAt > seconds {
            data.add("expires", UInt64(clamping: Duration.seconds(endsAt - seconds).nanoseconds))
        }
        return data
    }

    /// Nil where everything is allowed, or where the lists are longer than can be told.
    private static func json(_ principal: Principal) -> JSONText? {
        guard let permissions = try? principal.writtenPermissions() else { return nil }
        guard !permissions.isEmpty else { return nil }
        var json = JSONText()
        json.add("publish", Self.json(permissions.publish))
        json.add("subscribe", Self.json(permissions.subscribe))
        if let terms = permissions.response.map(ResponseTerms.init) {
            var responses = JSONText()
            responses.add("max", Int64(terms.maximum ?? -1))
            responses.add("ttl", terms.lifetime ?? -1)
            json.add("responses", responses)
        }
        return json
    }

    private static func json(_ permission: Permission) -> JSONText {
        var json = JSONText()
        if !permission.allow.isEmpty { json.add("allow", permission.allow) }
        if !permission.deny.isEmpty { json.add("deny", permission.deny) }
        return json
    }
}

extension Shard {
    /// Answers a client that asks who it is.
    ///
    /// - Parameter account: where the answer is published: where the request came in.
    func answerUserInformation(_ origin: Origin, in account: Account, reply: Span<UInt8>) {
        guard reply.count > 0, let client = origin.client, let own = self.account(client.principal.account) else {
            return
        }
        var answer = JSONText()
        answer.add("server", context.serverMember())
        answer.add("data", UserInformation(client: client, account: own).json(at: context.environment.moment().seconds))
        announce(copied(reply), Array(answer.text.utf8), in: account)
    }
}

extension Account {
    /// The name in its JWT, or that in the configuration.
    var shownName: String { claims.name.isEmpty ? identity.text : claims.name }
}

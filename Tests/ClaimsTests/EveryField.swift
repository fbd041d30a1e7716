import Claims
import NKeys
import Secrets

/// Tokens of fixed keys and one fixed time that use every field there is. `Tests/Interop/data/every-field` holds them
/// as files, which nats-server and a verifier of its own kind read.
enum EveryField {
    static let issuedAt: Int64 = 1_700_000_000

    /// The pairs whose raw seeds are one byte 32 times.
    static func pair(_ kind: KeyKind, _ byte: UInt8) throws -> KeyPair {
        try KeyPair(kind: kind, rawSeed: Secret(copying: [UInt8](repeating: byte, count: 32)))
    }

    static func key(_ kind: KeyKind, _ byte: UInt8) throws -> String { try pair(kind, byte).publicKey.text }

    /// The tokens, by the names of their files.
    static func tokens() throws -> [String: String] {
        let issuer = try pair(.operator, 1)
        let signer = try pair(.operator, 2)
        // The operator is strict: identity keys sign nothing but what is about themselves.
        let plain = try pair(.account, 12)
        return [
            "operator": try operatorClaims().encode(signedBy: issuer, at: issuedAt),
            "system": try systemAccount().encode(signedBy: signer, at: issuedAt),
            "account": try accountClaims().encode(signedBy: signer, at: issuedAt),
            "provider": try providerClaims().encode(signedBy: signer, at: issuedAt),
            "flat": try flatAccount().encode(signedBy: signer, at: issuedAt),
            "user": try userClaims().encode(signedBy: plain, at: issuedAt),
            "member": try member().encode(signedBy: plain, at: issuedAt),
            "scoped": try scopedUser().encode(signedBy: pair(.account, 13), at: issuedAt),
            "activation": try token("secret.*", .stream),
            "request": try request().encode(signedBy: pair(.server, 20), at: issuedAt),
            "response": try response().encode(signedBy: plain, at: issuedAt),
            "settings": try settings().encode(signedBy: signer, at: issuedAt),
        ]
    }

    // MARK: Operator and small accounts

    private static func operatorClaims() throws -> OperatorClaims {
        var claims = OperatorClaims(subject: try key(.operator, 1), name: "Every & <Field>")
        claims.tags = ["env:test", "team:blue"]
        claims.signingKeys = [try key(.operator, 2), try key(.operator, 3)]
        claims.accountServerURL = "https://example.com/jwt/v1"
        claims.serviceURLs = ["nats://n1.example.com:4222", "tls://n2.example.com", "wss://w.example.com:443"]
        claims.systemAccount = try key(.account, 9)
        claims.assertServerVersion = "2.10.0"
        claims.strictSigningKeyUsage = true
        claims.common.audience = "everybody"
        claims.notBefore = 1_600_000_000
        claims.expires = 4_000_000_000
        return claims
    }

    private static func systemAccount() throws -> AccountClaims {
        AccountClaims(subject: try key(.account, 9), name: "SYS")
    }

    /// JetStream limits that are not in tiers exclude those that are: hence an account of its own.
    private static func flatAccount() throws -> AccountClaims {
        var claims = AccountClaims(subject: try key(.account, 14), name: "FLAT")
        claims.signingKeys = [.key(try key(.account, 16))]
        claims.limits.jetStream = jetStream(1)
        claims.clusterTraffic = "system"
        return claims
    }

    private static func jetStream(_ factor: Int64) -> JetStreamLimits {
        var limits = JetStreamLimits()
        limits.memoryStorage = factor << 20
        limits.diskStorage = factor << 21
        limits.streams = factor * 5
        limits.consumers = factor * 7
        limits.maxAckPending = factor * 100
        limits.memoryMaxStreamBytes = factor << 10
        limits.diskMaxStreamBytes = factor << 11
        limits.maxBytesRequired = true
        return limits
    }

    // MARK: The account

    private static func accountClaims() throws -> AccountClaims {
        var claims = AccountClaims(subject: try key(.account, 10), name: "EVERY")
        claims.tags = ["region:eu", "tier:gold"]
        claims.description = "every field \u{2028} there is \u{1F600}"
        claims.infoURL = "https://example.com/every?a=b&c=<d>"
        claims.clusterTraffic = "owner"
        claims.trace = MessageTrace(destination: "trace.out", sampling: 25)
        claims.expires = 4_000_000_000
        claims.notBefore = 1_600_000_000
        claims.common.audience = "servers"
        claims.limits = accountLimits()
        claims.imports = try imports()
        claims.exports = try exports()
        claims.signingKeys = [.key(try key(.account, 12)), .scope(try scope())]
        claims.revocations = [RevocationList.everyone: 1_500_000_000, try key(.user, 40): 1_650_000_000]
        claims.defaultPermissions = permissions(" group")
        claims.mappings = [
            "orders.*": [
                WeightedMapping(subject: "orders.v1.$1", weight: 80),
                WeightedMapping(subject: "orders.v2.$1", weight: 20),
            ],
            "near": [WeightedMapping(subject: "far", weight: 50, cluster: "east"), WeightedMapping(subject: "home")],
        ]
        claims.authorization.users = [try key(.user, 30)]
        claims.authorization.allowedAccounts = [try key(.account, 10), try key(.account, 14)]
        claims.authorization.xkey = try key(.curve, 50)
        return claims
    }

    private static func accountLimits() -> AccountLimits {
        var limits = AccountLimits()
        limits.subscriptions = 1000
        limits.data = 1 << 30
        limits.payload = 65536
        limits.imports = 20
        limits.exports = 30
        limits.wildcardExports = true
        limits.disallowBearer = true
        limits.connections = 100
        limits.leafNodeConnections = 5
        limits.tieredJetStream = ["R1": jetStream(1), "R3": jetStream(3)]
        return limits
    }

    private static func permissions(_ queue: String) -> Permissions {
        Permissions(
            publish: Permission(allow: ["out.>", "orders.*"], deny: ["out.secret.>"]),
            subscribe: Permission(allow: ["in.>", "work.*\(queue)"], deny: ["in.secret"]),
            response: ResponsePermission(maxMessages: 3, expires: 5_000_000_000))
    }

    private static func scope() throws -> UserScope {
        var template = UserPermissionLimits()
        template.permissions = Permissions(
            publish: Permission(
                allow: ["user.{{name()}}.>", "key.{{subject()}}", "tag.{{tag(team)}}"],
                deny: ["account.{{account-name()}}"]
            ),
            subscribe: Permission(
                allow: ["account.{{account-subject()}}.>", "region.{{account-tag(region)}}"], deny: ["closed.>"]),
            response: ResponsePermission(maxMessages: -1, expires: -1))
        template.sources = ["127.0.0.0/8", "2001:db8::/32"]
        template.times = [
            TimeRange(start: "06:00:00", end: "18:30:00"), TimeRange(start: "22:00:00", end: "02:00:00"),
        ]
        template.timeZone = "Europe/Berlin"
        template.subscriptions = 10
        template.data = 1_000_000
        template.payload = 1024
        template.bearerToken = true
        template.proxyRequired = true
        template.allowedConnectionTypes = ["STANDARD", "WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT_WS"]
        return UserScope(
            key: try key(.account, 13), role: "worker", template: template, description: "what workers may do")
    }

    private static func exports() throws -> [Export] {
        var plain = Export(name: "news", subject: "news.>", type: .stream)
        plain.description = "all the news"
        plain.infoURL = "https://example.com/news"
        plain.advertise = true
        var byPosition = Export(name: "own", subject: "own.*.events", type: .stream)
        byPosition.accountTokenPosition = 2
        var closed = Export(name: "closed", subject: "closed.>", type: .stream, tokenRequired: true)
        closed.revocations = [RevocationList.everyone: 1_500_000_000, try key(.account, 14): 1_650_000_000]
        var service = Export(name: "ask", subject: "ask", type: .service)
        service.responseType = .singleton
        service.responseThreshold = 2_000_000_000
        service.latency = ServiceLatency(sampling: 50, results: "latency.ask")
        service.allowTrace = true
        var stream = Export(name: "list", subject: "list.*", type: .service, tokenRequired: true)
        stream.responseType = .stream
        var measured = Export(name: "measured", subject: "measured", type: .service)
        measured.latency = ServiceLatency(sampling: 0, results: "latency.measured")
        var chunked = Export(name: "big", subject: "big.*.get", type: .service)
        chunked.responseType = .chunked
        chunked.accountTokenPosition = 2
        return [service, chunked, closed, stream, measured, plain, byPosition]
    }

    private static func imports() throws -> [Import] {
        let provider = try key(.account, 11)
        var traced = Import(
            name: "news", subject: "feed.*.*", account: provider, localSubject: "from.$2.$1", type: .stream)
        traced.allowTrace = true
        let secret = Import(
            name: "secret", subject: "secret.*", account: provider, token: try token("secret.*", .stream), type: .stream
        )
        var shared = Import(
            name: "ask", subject: "help.*", account: provider, localSubject: "ask.provider.$1", type: .service)
        shared.share = true
        let served = Import(
            name: "count", subject: "count", account: provider, token: try token("count", .service),
            localSubject: "counted", type: .service)
        return [served, traced, shared, secret]
    }

    private static func token(_ subject: String, _ type: ExportType) throws -> String {
        try activation(subject, type).encode(signedBy: pair(.account, 15), at: issuedAt)
    }

    // MARK: The account that it imports from

    private static func providerClaims() throws -> AccountClaims {
        var claims = AccountClaims(subject: try key(.account, 11), name: "PROVIDER")
        claims.exports = [
            Export(subject: "count", type: .service, tokenRequired: true), Export(subject: "feed.*.*", type: .stream),
            Export(subject: "help.*", type: .service), Export(subject: "secret.*", type: .stream, tokenRequired: true),
        ]
        for index in claims.exports.indices {
            claims.exports[index].allowTrace = claims.exports[index].type == .service
        }
        claims.signingKeys = [.key(try key(.account, 15))]
        // An older way to name the local subject, which still works and is warned of.
        var old = Import(name: "old", subject: "news.>", account: try key(.account, 10), type: .stream)
        old.to = "old"
        claims.imports = [old]
        return claims
    }

    private static func activation(_ subject: String, _ type: ExportType) throws -> ActivationClaims {
        var claims = ActivationClaims(subject: try key(.account, 10), name: "leave for \(subject)")
        claims.tags = ["signed:yes"]
        claims.importSubject = subject
        claims.importType = type
        claims.issuerAccount = try key(.account, 11)
        claims.expires = 4_000_000_000
        claims.notBefore = 1_600_000_000
        return claims
    }

    // MARK: Users

    private static func userClaims() throws -> UserClaims {
        var claims = UserClaims(subject: try key(.user, 31), name: "every")
        claims.tags = ["team:red"]
        claims.limits = try scope().template
        claims.limits.permissions = permissions(" group")
        claims.issuerAccount = try key(.account, 10)
        claims.expires = 4_000_000_000
        claims.notBefore = 1_600_000_000
        claims.common.audience = "servers"
        return claims
    }

    /// One who may sign in while callouts decide about everybody else.
    private static func member() throws -> UserClaims {
        var claims = UserClaims(subject: try key(.user, 30), name: "member")
        claims.issuerAccount = try key(.account, 10)
        return claims
    }

    private static func scopedUser() throws -> UserClaims {
        try UserClaims.scoped(
            subject: pair(.user, 32).publicKey, account: pair(.account, 10).publicKey, name: "scoped",
            expires: 4_000_000_000, tags: ["team:red"])
    }

    // MARK: Callouts and settings

    private static func request() throws -> AuthorizationRequestClaims {
        var claims = AuthorizationRequestClaims(subject: try key(.user, 33))
        claims.common.audience = "nats-authorization-request"
        claims.tags = ["asked:yes"]
        claims.server.name = "n1"
        claims.server.host = "127.0.0.1"
        claims.server.id = try key(.server, 20)
        claims.server.version = "2.15.1"
        claims.server.cluster = "east"
        claims.server.tags = ["fast"]
        claims.server.xkey = try key(.curve, 51)
        claims.userKey = try key(.user, 33)
        claims.client.host = "10.0.0.1"
        claims.client.id = .max
        claims.client.user = "ann"
        claims.client.name = "app"
        claims.client.tags = ["t"]
        claims.client.nameTag = "tag"
        claims.client.kind = "Client"
        claims.client.type = "mqtt"
        claims.client.mqttID = "m1"
        claims.client.nonce = "abc"
        claims.connectOptions.jwt = "a.b.c"
        claims.connectOptions.nkey = try key(.user, 34)
        claims.connectOptions.signature = "sig"
        claims.connectOptions.authToken = "not a real one"
        claims.connectOptions.user = "ann"
        claims.connectOptions.password = "none"
        claims.connectOptions.name = "app"
        claims.connectOptions.language = "swift"
        claims.connectOptions.version = "1.0"
        claims.connectOptions.protocolVersion = 1
        var tls = ClientTLS()
        tls.version = "1.3"
        tls.cipher = "TLS_AES_128_GCM_SHA256"
        tls.certificates = ["PEM"]
        tls.verifiedChains = [["PEM", "CA"], []]
        claims.tls = tls
        claims.requestNonce = "xyz"
        return claims
    }

    private static func response() throws -> AuthorizationResponseClaims {
        var claims = AuthorizationResponseClaims(subject: try key(.user, 33))
        claims.common.audience = try key(.server, 20)
        claims.tags = ["answered:yes"]
        claims.jwt = "a.b.c"
        claims.error = "no"
        claims.issuerAccount = try key(.account, 10)
        return claims
    }

    private static func settings() throws -> SettingsClaims {
        var claims = SettingsClaims(subject: try key(.account, 10))
        claims.name = "settings"
        claims.roles[try key(.account, 13)] = RoleSettings(replies: .own)
        claims.roles[try key(.account, 14)] = RoleSettings(replies: .any)
        claims.audit = ["allowed": .array([.string("orders.>")]), "nothing": .null, "sample": .number(0.01)]
        claims.unlogged = ["metrics.>"]
        claims.quotas = ["messages": .number(1e21), "rate": .number(0.5)]
        claims.tags = ["own:yes"]
        return claims
    }
}

import Foundation
import Testing

@testable import Claims

@Suite("Every field")
struct EveryFieldTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Interop/data/every-field")

    /// The files are what NATS's own server is shown to take: the claims built in code must still be these very bytes.
    /// With `CHANCERY_WRITE_TOKENS=1` they are written anew; then the scenarios in Tests/Interop have to judge them.
    @Test("the tokens that nats-server reads are what is written here, byte for byte")
    func files() throws {
        let isWriting = ProcessInfo.processInfo.environment["CHANCERY_WRITE_TOKENS"] == "1"
        let tokens = try EveryField.tokens()
        for (name, token) in tokens {
            let file = Self.folder.appending(path: "\(name).jwt")
            if isWriting { try Data((token + "\n").utf8).write(to: file) }
            #expect(try String(contentsOf: file, encoding: .utf8) == token + "\n", "\(name)")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == Set(tokens.keys.map { "\($0).jwt" }))
    }

    @Test("they come back as they were, and nothing but what is meant to be is wrong with them")
    func reading() throws {
        for (name, text) in try EveryField.tokens() {
            let claims: AnyClaims
            if name == "settings" {
                claims = .generic(try GenericClaims.decode(text))
            } else {
                claims = try Token.decode(text).claims
            }
            let issues = claims.validate(at: EveryField.issuedAt).map(\.description)
            switch name {
            case "provider": #expect(issues == ["the field to has been deprecated (use LocalSubject instead)"])
            case "response": #expect(issues == ["Only Error or Jwt can be set"])
            default: #expect(issues == [], "\(name)")
            }
        }
    }

    /// A field that is added to a type and forgotten in `EveryField` would not be tested anywhere.
    @Test("no field is left at what it is without being set")
    func everyField() throws {
        let tokens = try EveryField.tokens()
        func leaves(_ name: String) throws -> Set<String> {
            let text = try #require(tokens[name])
            return Self.names(try parse(TokenTests.payload(of: text)))
        }
        #expect(try leaves("account").isSuperset(of: Self.accountNames))
        #expect(try leaves("user").isSuperset(of: Self.userNames))
        #expect(try leaves("flat").isSuperset(of: Self.jetStreamNames))
    }

    private static let jetStreamNames: Set<String> = [
        "mem_storage", "disk_storage", "streams", "consumer", "max_ack_pending", "mem_max_stream_bytes",
        "disk_max_stream_bytes", "max_bytes_required",
    ]
    private static let userNames: Set<String> = [
        "pub", "sub", "allow", "deny", "resp", "max", "ttl", "src", "times", "start", "end", "times_location", "subs",
        "data", "payload", "bearer_token", "proxy_required", "allowed_connection_types", "issuer_account", "tags",
    ]
    private static let accountNames = Set([
        "aud", "exp", "jti", "iat", "iss", "name", "nbf", "sub", "imports", "exports", "limits", "signing_keys",
        "revocations", "default_permissions", "mappings", "authorization", "trace", "cluster_traffic", "description",
        "info_url", "tags", "type", "version", "wildcards", "disallow_bearer", "conn", "leaf",
        "tiered_limits", "subject", "account", "token", "local_subject", "share", "allow_trace", "token_req",
        "response_type", "response_threshold", "service_latency", "sampling", "results", "account_token_position",
        "advertise", "weight", "cluster", "kind", "key", "role", "template", "auth_users", "allowed_accounts", "xkey",
        "dest",
    ]).union(jetStreamNames).union(userNames.subtracting(["issuer_account"]))

    /// The names of all members, however deep.
    private static func names(_ value: JSONValue) -> Set<String> {
        switch value {
        case .object(let members):
            members.reduce(into: []) { $0.formUnion(names($1.value).union([$1.key])) }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(names($1)) }
        default: []
        }
    }
}

import NKeys
import Secrets
import Testing

@testable import Claims

@Suite("Messages")
struct MessageTests {
    private static let seed = KeyPair.generate(.account).seed.withBytes { String(decoding: $0, as: UTF8.self) }

    /// Claims whose every text is `text`.
    private static func payloads(_ text: String) -> [(kind: String, json: String)] {
        let t = "\"\(text)\""
        let permissions =
            #"{"pub":{"allow":[\#(t)],"deny":["a \#(text) c","b.. \#(text)"]},"sub":{"allow":["..\#(text)"]}}"#
        let export = #"""
            {"name":\#(t),"subject":".\#(text)","type":"service","response_type":\#(t),"account_token_position":9,
            "service_latency":{"sampling":500,"results":"\#(text)..*"},"info_url":"http://\#(text):\#(text)/%x"}
            """#
        let account = #"""
            {"imports":[{"subject":"\#(text) x","account":\#(t),"token":\#(t),"to":\#(t),"local_subject":"\#(text).$7 $1",
            "type":"service","share":true},{"subject":\#(t),"account":\#(t),"to":\#(t),"type":"service"},{"subject":\#(t),
            "share":true}],"exports":[\#(export),\#(export),{"subject":"\#(text).*","account_token_position":1},
            {"subject":"\#(text).>"}],"signing_keys":[\#(t),{"kind":"user_scope","key":"x\#(text)"}],
            "default_permissions":\#(permissions),"mappings":{"..\#(text)":[{"subject":"\#(text) a","weight":200,
            "cluster":\#(t)}]},"authorization":{"auth_users":[\#(t)],"allowed_accounts":["*",\#(t)],"xkey":\#(t)},
            "trace":{"dest":"\#(text).*","sampling":500},"cluster_traffic":\#(t),"limits":{"tiered_limits":{\#(t):{}}}}
            """#
        let user = #"""
            {"pub":{"allow":["\#(text) \#(text)"]},"src":[\#(t)],"times":[{"start":\#(t),"end":\#(t)}],
            "times_location":\#(t),"issuer_account":\#(t)}
            """#
        let `operator` = #"""
            {"signing_keys":[\#(t)],"account_server_url":\#(t),"operator_service_urls":[\#(t),"nats://\#(text)@h",
            "nats://h:\#(text)"],"system_account":\#(t),"assert_server_version":"1.\#(text).0"}
            """#
        return [
            ("account", account), ("user", user), ("operator", `operator`),
            ("activation", #"{"subject":"\#(text) a","kind":"stream","issuer_account":\#(t)}"#),
            ("authorization_request", #"{"user_nkey":\#(t)}"#),
            ("authorization_response", #"{"issuer_account":\#(t)}"#),
            ("chancery-settings", #"{"roles":{\#(t):{"replies":"own"}}}"#),
            ("chancery-settings", #"{"roles":{\#(t):{"replies":\#(t)}}}"#), ("chancery-settings", #"{\#(t):1}"#),
        ]
    }

    @Test("no issue repeats a seed, whichever claim it stands in, and each names its claim", arguments: [0, 1, 2])
    func seeds(form: Int) throws {
        let middle = Self.seed.prefix(30)
        let text = [Self.seed, "k" + Self.seed.lowercased(), "\(middle)\\n\(Self.seed.dropFirst(30))"][form]
        for (kind, body) in Self.payloads(text) {
            let payload = #"{"sub":"\#(text)","nats":{"type":"\#(kind)","version":2,\#(body.dropFirst())}"#
            let claims = try payload.bytes { try PayloadType.readClaims($0).claims }
            let issues = claims.validate(at: 0)
            #expect(!issues.isEmpty, "\(kind)")
            let fault = claims.subjectFault
            for shown in issues.map(\.locatedDescription) + [fault?.description ?? ""] {
                let letters = shown.uppercased()
                #expect(!letters.contains(Self.seed.dropFirst(2).prefix(12)), "\(shown)")
                #expect(!letters.contains(Self.seed.suffix(12)), "\(shown)")
            }
            for issue in issues { #expect(!issue.path.isEmpty, "\(issue.description)") }
        }
    }

    @Test("no error of reading repeats a seed")
    func readingErrors() throws {
        let seed = Self.seed
        for payload in [
            #"{"nats":{"\#(seed)":tru}}"#, #"{"nats":{"type":"account","exports":[{"type":"\#(seed)"}]}}"#,
            #"{"nats":{"type":"account","version":2,"signing_keys":[{"kind":"\#(seed)"}]}}"#,
            #"{"nats":{"type":"account","version":2,"mappings":{"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.\#(seed)":5}}}"#,
            #"{"nats":{"type":"account","version":2,"revocations":{"\u0053\#(seed.dropFirst())":"x"}}}"#,
        ] {
            let error = #expect(throws: ClaimsError.self) { try payload.bytes { try PayloadType.readClaims($0) } }
            #expect(error?.description.contains(seed.dropFirst(2).prefix(12)) == false, "\(error?.description ?? "")")
        }
        let header = Base64URL.text(Array(#"{"typ":"JWT","alg":"\#(seed)"}"#.utf8))
        let error = #expect(throws: ClaimsError.self) { try Token.decode("\(header).e30.e30") }
        #expect(error?.message == #"unexpected "[a seed, not shown]" algorithm"#)
        #expect(error?.path == "header.alg")
    }

    @Test("issues say where they belong")
    func places() {
        var account = AccountClaims(subject: "A")
        account.exports = [Export(subject: "a", type: .stream), Export(subject: "b c", type: .service)]
        account.imports = [Import(subject: "x.*", account: "B", localSubject: "y.$2", type: .stream)]
        account.mappings["m.*"] = [WeightedMapping(subject: "a"), WeightedMapping(subject: "b", weight: 101)]
        account.defaultPermissions.publish.deny = ["ok", "a b"]
        account.signingKeys = [.key("K"), .scope(UserScope(key: "L"))]
        account.authorization.users = ["U"]
        account.trace = MessageTrace(destination: "")
        account.expires = 5
        #expect(
            account.validate(at: 6).map(\.path) == [
                "exp", "nats.imports[0].local_subject", "nats.imports[0].local_subject", "nats.exports[1].subject",
                "nats.default_permissions.pub.deny[1]", #"nats.mappings."m.*"[1].weight"#, #"nats.mappings."m.*""#,
                "nats.authorization.auth_users[0]", "nats.trace.dest", "nats.signing_keys[0]",
                "nats.signing_keys[1].key",
            ])
        #expect(account.validate(at: 6).first?.locatedDescription == "exp: claim is expired")
    }

    @Test("errors of writing name the claim")
    func writing() throws {
        let pair = KeyPair.generate(.account)
        var account = AccountClaims(subject: pair.publicKey.text)
        account.exports = [Export(subject: "a", type: .stream), Export(subject: "b", type: .service)]
        account.exports[1].latency = ServiceLatency(sampling: 101, results: "r")
        let error = #expect(throws: ClaimsError.self) { try account.encode(signedBy: pair, at: 1) }
        #expect(error?.description == "nats.exports[1].service_latency.sampling: unknown sampling rate")
        let subject = #expect(throws: ClaimsError.self) { try UserClaims(subject: "x").encode(signedBy: pair, at: 1) }
        #expect(subject?.path == "sub")
        let signer = #expect(throws: ClaimsError.self) {
            try OperatorClaims(subject: KeyPair.generate(.operator).publicKey.text).encode(signedBy: pair, at: 1)
        }
        #expect(signer?.path == "iss")
    }

    @Test("subjects are of the kind that the claims are about")
    func subjects() {
        for kind in KeyKind.allCases {
            let key = KeyPair.generate(kind).publicKey.text
            #expect((OperatorClaims(subject: key).subjectFault == nil) == (kind == .operator))
            #expect((AccountClaims(subject: key).subjectFault == nil) == (kind == .account))
            #expect((UserClaims(subject: key).subjectFault == nil) == (kind == .user))
            #expect((ActivationClaims(subject: key).subjectFault == nil) == (kind == .account))
            #expect((SettingsClaims(subject: key).subjectFault == nil) == (kind == .account))
            #expect(GenericClaims(subject: key).subjectFault == nil)
        }
        #expect(GenericClaims(subject: "").subjectFault?.path == "sub")
    }
}

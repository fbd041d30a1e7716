import NKeys
import Secrets
import Testing

@testable import Claims

@Suite("Vectors: tokens")
struct VectorsTokenTests {
    static let kinds: Set<String> = [
        "jwt.decode", "jwt.decode_generic", "jwt.decode_typed", "jwt.encode", "jwt.encode_error", "jwt.default_json",
        "jwt.jti",
    ]

    @Test("reading", arguments: Vector.of("jwt.decode"))
    func decode(_ vector: Vector) throws {
        let text = try token(vector)
        do {
            let token = try Token.decode(text)
            #expect(vector.expectedError == nil && !vector.crashesReference)
            #expect(token.text == text)
            #expect(Self.typeText(token.claims) == vector.expect["claim_type"]?.text)
            // Some claims can be read but not written again.
            guard let expected = vector.expect["claims"] else {
                #expect(throws: ClaimsError.self) { try token.claims.value.json() }
                return
            }
            #expect(try parse(Self.payload(token.claims)) == expected)
        } catch let error as ClaimsError {
            try expectRefusal(error, vector, text)
        }
    }

    @Test("reading as generic claims", arguments: Vector.of("jwt.decode_generic"))
    func decodeGeneric(_ vector: Vector) throws {
        let text = try token(vector)
        do {
            let claims = try GenericClaims.decode(text)
            #expect(vector.expectedError == nil)
            // The reference crashes where content has to be made for an older token that has none.
            if vector.crashesReference { return }
            #expect((claims.claimKind?.rawValue ?? "") == vector.expect["claim_type"]?.text ?? "")
            #expect(try parse(claims.payload()) == vector.expect["claims"])
        } catch let error as ClaimsError {
            try expectRefusal(error, vector, text)
        }
    }

    @Test("reading as one type", arguments: Vector.of("jwt.decode_typed"))
    func decodeTyped(_ vector: Vector) throws {
        let text = try token(vector)
        do {
            switch try vector.text("as") {
            case "operator": _ = try OperatorClaims.decode(text)
            case "account": _ = try AccountClaims.decode(text)
            case "user": _ = try UserClaims.decode(text)
            case "activation": _ = try ActivationClaims.decode(text)
            case "authorization_request": _ = try AuthorizationRequestClaims.decode(text)
            case "authorization_response": _ = try AuthorizationResponseClaims.decode(text)
            default: Issue.record("no test for \(vector.id)")
            }
            Issue.record("\(vector.id) was read as another type")
        } catch let error as ClaimsError {
            try expectRefusal(error, vector, text)
        }
    }

    /// Ed25519 signatures are deterministic, so the whole token must be equal.
    @Test("writing", arguments: Vector.of("jwt.encode"))
    func encode(_ vector: Vector) throws {
        let pair = try KeyPair(seed: Secret(copying: Array(try vector.text("signer_seed").utf8)))
        let claims = try Self.claims(#require(vector.input["claims"]))
        let text = try claims.value.encode(signedBy: pair, at: 1_700_000_000)
        #expect(text == vector.expect["token"]?.text)
        let payload = try Base64URL.decode(Array(text.split(separator: ".")[1].utf8)).bytes
        #expect(String(decoding: payload, as: UTF8.self) == vector.expect["payload"]?.text)
        #expect(try Token.decodeIfReadable(text)?.common.id == vector.expect["jti"]?.text)
    }

    @Test("refusing to write", arguments: Vector.of("jwt.encode_error"))
    func refuseToEncode(_ vector: Vector) throws {
        if let rule = RuledOut(vector: vector) { return try checkRuledOut(rule, vector) }
        let keys = Dictionary(uniqueKeysWithValues: KeyKind.allCases.map { ($0, KeyPair.generate($0)) })
        func key(_ kind: KeyKind) throws -> KeyPair { try #require(keys[kind]) }
        func name(_ kind: KeyKind) throws -> String { try key(kind).publicKey.text }
        let claims: any ClaimSet
        var signer = try key(.account)
        switch try vector.text("case") {
        case "account-bad-sampling":
            var account = AccountClaims(subject: try name(.account))
            var export = Export(subject: "a", type: .service)
            export.latency = ServiceLatency(sampling: 101, results: "r")
            account.exports = [export]
            claims = account
        case "account-signed-by-user":
            claims = AccountClaims(subject: try name(.account))
            signer = try key(.user)
        case "account-subject-user": claims = AccountClaims(subject: try name(.user))
        case "activation-subject-user": claims = ActivationClaims(subject: try name(.user))
        case "authreq-empty-subject":
            claims = AuthorizationRequestClaims(subject: "")
            signer = try key(.server)
        case "authreq-signed-by-account": claims = AuthorizationRequestClaims(subject: try name(.user))
        case "authresp-signed-by-server":
            claims = AuthorizationResponseClaims(subject: try name(.user))
            signer = try key(.server)
        case "generic-curve-signer":
            claims = GenericClaims(subject: "anything")
            signer = try key(.curve)
        case "generic-empty-subject": claims = GenericClaims(subject: "")
        case "operator-signed-by-account": claims = OperatorClaims(subject: try name(.operator))
        case "operator-subject-account":
            claims = OperatorClaims(subject: try name(.account))
            signer = try key(.operator)
        case "user-subject-account": claims = UserClaims(subject: try name(.account))
        case "user-public-only-signer":
            let key = try key(.account).publicKey
            let user = UserClaims(subject: try name(.user))
            let error = #expect(throws: ClaimsError.self) {
                try user.encode(issuer: key, at: 1) { try NKey.publicKey(key).sign($0) }
            }
            #expect(error?.message == vector.expectedError)
            return
        default:
            Issue.record("no test for \(vector.id)")
            return
        }
        let error = try #require(throws: ClaimsError.self) { try claims.encode(signedBy: signer, at: 1) }
        let errorClass = try #require(vector.expect["error_class"]?.text)
        if platformErrorClasses.contains(errorClass) {
            #expect(error.code.description == errorClass)
        } else {
            #expect(error.message == vector.expectedError)
        }
    }

    /// What no code that compiles can ask for, asked as nearly as it can be.
    private func checkRuledOut(_ rule: RuledOut, _ vector: Vector) throws {
        let account = KeyPair.generate(.account)
        switch rule {
        case .unknownExportType:
            // A fourth type is no value. Its word is refused with the same class of error where it is read, and the
            // value for "not said" is not written at all.
            let payload = #"{"nats":{"exports":[{"type":"queue"}],"type":"account","version":2}}"#
            let error = #expect(throws: ClaimsError.self) {
                try payload.bytes { try PayloadType.readClaims($0) }
            }
            #expect(error?.code.description == vector.expect["error_class"]?.text)
            #expect(error?.message.contains("unknown export type") == true)
            var claims = AccountClaims(subject: account.publicKey.text)
            claims.exports = [Export(subject: "a", type: .unknown)]
            #expect(try claims.json().contains(#""exports":[{"subject":"a"}]"#))
        case .missingSigner:
            // There is always a key that is named as the issuer; nothing is written where it cannot sign.
            let user = UserClaims(subject: KeyPair.generate(.user).publicKey.text)
            let error = #expect(throws: ClaimsError.self) {
                try user.encode(issuer: account.publicKey, at: 1) { try NKey.publicKey(account.publicKey).sign($0) }
            }
            #expect(error?.code == .signing)
        case .exhaustedRandomness: Issue.record("\(vector.id) writes no token")
        }
    }

    @Test("JSON of new claims", arguments: Vector.of("jwt.default_json"))
    func newClaims(_ vector: Vector) throws {
        let sub = try parse(#require(vector.expect["json"]?.text))["sub"]?.text ?? ""
        let bytes: [UInt8]
        switch try vector.text("type") {
        case "operator": bytes = OperatorClaims(subject: sub).payload(includesFormat: false)
        case "account": bytes = AccountClaims(subject: sub).payload(includesFormat: false)
        case "activation": bytes = ActivationClaims(subject: sub).payload(includesFormat: false)
        case "authreq": bytes = AuthorizationRequestClaims(subject: sub).payload(includesFormat: false)
        case "authresp": bytes = AuthorizationResponseClaims(subject: sub).payload(includesFormat: false)
        case "generic": bytes = GenericClaims(subject: sub).payload()
        case "user": bytes = UserClaims(subject: sub).payload(includesFormat: false)
        case "user-scope":
            var writer = JSONWriter()
            UserScope().write(to: &writer)
            bytes = writer.bytes
        default:
            Issue.record("no test for \(vector.id)")
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self) == vector.expect["json"]?.text)
    }

    @Test("identifiers", arguments: Vector.of("jwt.jti"))
    func identifier(_ vector: Vector) throws {
        var common = CommonClaims(
            name: try vector.text("name"), subject: try vector.text("sub"),
            expires: vector.input["exp"]?.integer ?? 0, notBefore: vector.input["nbf"]?.integer ?? 0)
        common.audience = try vector.text("aud")
        common.issuer = try vector.text("iss")
        common.issuedAt = vector.input["iat"]?.integer ?? 0
        var writer = JSONWriter()
        writer.beginObject()
        common.writeMembers(to: &writer)
        writer.endObject()
        #expect(writer.text == vector.expect["hashed_json"]?.text)
        #expect(common.identifier == vector.expect["jti"]?.text)
    }

    // MARK: Helpers

    /// The token of a vector, some of which are given in parts.
    private func token(_ vector: Vector) throws -> String {
        guard let repetitions = vector.input["payload_repeat"]?.integer else { return try vector.text("token") }
        let payload = String(repeating: try vector.text("payload_char"), count: Int(repetitions))
        return try "\(vector.text("token_header")).\(payload).\(vector.text("token_signature"))"
    }

    private func expectRefusal(_ error: ClaimsError, _ vector: Vector, _ token: String) throws {
        if vector.crashesReference { return }
        if Strictness.hasLineBreaks(token) {
            #expect(error.code == .base64)
            return
        }
        guard let expected = vector.expectedError else {
            #expect(Strictness.hasSpareSignatureBits(token), "\(vector.id): \(error)")
            #expect(error.code == .signature)
            return
        }
        let errorClass = try #require(vector.expect["error_class"]?.text).replacing("_", with: "-")
        if platformErrorClasses.contains(errorClass) {
            #expect(error.code.description == errorClass, "\(error) instead of \(expected)")
        } else {
            #expect(error.message == expected)
            #expect(error.code.description == errorClass || errorClass == "other")
        }
    }

    /// The claims of a payload, without a signature.
    static func claims(_ payload: JSONValue) throws -> AnyClaims {
        try payload.jsonBytes.withUnsafeBytes { try PayloadType.readClaims($0).claims }
    }

    /// `nats.type` as it was read; a version 1 token may have lost it.
    private static func typeText(_ claims: AnyClaims) -> String {
        switch claims {
        case .operator(let claims): claims.typeText
        case .account(let claims): claims.typeText
        case .user(let claims): claims.typeText
        case .activation(let claims): claims.typeText
        case .authorizationRequest(let claims): claims.typeText
        case .authorizationResponse(let claims): claims.typeText
        case .generic(let claims): claims.type
        }
    }

    /// The payload as it was read: type and version included as they were.
    private static func payload(_ claims: AnyClaims) -> [UInt8] {
        switch claims {
        case .operator(let claims): claims.payload()
        case .account(let claims): claims.payload()
        case .user(let claims): claims.payload()
        case .activation(let claims): claims.payload()
        case .authorizationRequest(let claims): claims.payload()
        case .authorizationResponse(let claims): claims.payload()
        case .generic(let claims): claims.payload()
        }
    }
}

extension Token {
    /// The claims of a token of any type.
    fileprivate static func decodeIfReadable(_ text: String) throws -> AnyClaims? {
        if let token = try? decode(text) { return token.claims }
        return .generic(try GenericClaims.decode(text))
    }
}

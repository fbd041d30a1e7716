import NKeys
import Secrets
import Testing

@testable import Claims

/// Servers read a scope by a detour: a tree whose numbers are doubles, and text again. Each case was tried with
/// nats-server 2.15.1.
@Suite("Reading scopes")
struct ScopeReadingTests {
    @Test(
        "numbers are doubles first",
        arguments: [
            ("1e3", 1000), ("5.0", 5), ("9007199254740993", 9_007_199_254_740_992), ("-0", 0), ("-0.0", 0),
            ("1152921504606846976", 1_152_921_504_606_847_000), ("null", -1),
        ])
    func numbers(text: String, value: Int64) throws {
        #expect(try scope(#""template":{"subs":\#(text)}"#).template.subscriptions == value)
    }

    @Test("what is no integer then is refused, with the place", arguments: ["9223372036854775807", "5.5", "1e21"])
    func noIntegers(text: String) throws {
        let error = #expect(throws: ClaimsError.self) { try scope(#""template":{"subs":\#(text)}"#) }
        #expect(error?.path == "nats.signing_keys[0].template.subs")
    }

    @Test("no number among the signing keys may be too large for a double")
    func hugeNumbers() {
        #expect(throws: ClaimsError.self) { try scope(#""unknown":{"x":[1e400]}"#) }
        #expect(throws: ClaimsError.self) { try keys(#"["K",1e999]"#) }
        #expect(throws: Never.self) { try keys(#"["K",1e99,null,true,[5]]"#) }
    }

    @Test(
        "the kind is needed by its exact name, and is right wherever it comes",
        arguments: [
            #""KIND":"user_scope""#, #""kind":"user_scope","KIND":"x""#, #""kind":"user_scope","KIND":5"#,
            #""kind":"user_scope","Kind":null"#, #""kind":"user_scope","\u212Aind":"zzz""#, #""kind":5"#,
            #""kind":null"#, #""kind":"user_scope","kind":"role""#, #""key":"K""#,
        ])
    func wrongKinds(members: String) {
        #expect(throws: ClaimsError.self) { try keys("[{\(members)}]") }
    }

    @Test("the last of equal names replaces the others as a whole; names that fold to one come in their order")
    func names() throws {
        let replaced = try scope(#""template":{"pub":{"deny":["c"]},"subs":7},"template":{"pub":{"allow":["a"]}}"#)
        #expect(replaced.template.permissions.publish == Permission(allow: ["a"]))
        #expect(replaced.template.subscriptions == -1)
        let merged = try scope(
            #""template":{"pub":{"allow":["a","b"]}},"Template":{"pub":{"allow":["c","d","e"]},"subs":7}"#)
        #expect(merged.template.permissions.publish.allow == ["a", "b"])
        #expect(merged.template.subscriptions == 7)
        #expect(try scope(#""template":{"subs":1,"Subs":2,"SUBS":3}"#).template.subscriptions == 1)
    }

    @Test("the keys of a second list are added")
    func secondList() throws {
        let payload = #"{"nats":{"signing_keys":["L"],"signing_keys":[{"kind":"user_scope","key":"K"}]}}"#
        let account = try payload.bytes { try AccountClaims.read(payload: $0) }
        #expect(account.signingKeys == [.scope(UserScope(key: "K")), .key("L")])
    }

    @Test("a number that servers would read as another one is told and not written")
    func inexactNumbers() throws {
        let signer = try EveryField.pair(.operator, 1)
        let key = try EveryField.key(.account, 2)
        let cases: [(WritableKeyPath<UserPermissionLimits, Int64>, String)] = [
            (\.subscriptions, "subs"), (\.data, "data"), (\.payload, "payload"),
            (\.permissions.ttl, "resp.ttl"), (\.permissions.most, "resp.max"),
        ]
        for (number, name) in cases {
            for (value, isExact) in [
                (Int64.max, false), (9_007_199_254_740_993, false), (-9_007_199_254_740_993, false),
                (9_007_199_254_740_992, true), (-1, true),
            ] {
                var account = AccountClaims(subject: key)
                var scope = UserScope(key: key)
                scope.template[keyPath: number] = value
                account.setSigningKey(.scope(scope))
                let path = "nats.signing_keys[0].template.\(name)"
                #expect(account.validate(at: 0).map(\.path) == (isExact ? [] : [path]))
                if isExact {
                    let token = try AccountClaims.decode(account.encode(signedBy: signer, at: 1))
                    #expect(token.signingKeys == account.signingKeys)
                } else {
                    let error = #expect(throws: ClaimsError.self) { try account.encode(signedBy: signer, at: 1) }
                    #expect(error?.path == path)
                }
            }
        }
    }

    private func keys(_ list: String) throws -> [SigningKey] {
        try #"{"nats":{"signing_keys":\#(list)}}"#.bytes { try AccountClaims.read(payload: $0) }.signingKeys
    }

    private func scope(_ members: String) throws -> UserScope {
        try #require(try keys(#"[{"kind":"user_scope","key":"K",\#(members)}]"#).first?.scope)
    }
}

extension Permissions {
    fileprivate var ttl: Int64 {
        get { response?.expires ?? 0 }
        set { response = ResponsePermission(maxMessages: 1, expires: newValue) }
    }

    fileprivate var most: Int64 {
        get { Int64(response?.maxMessages ?? 0) }
        set { response = ResponsePermission(maxMessages: Int(newValue), expires: 0) }
    }
}

import Testing

@testable import Claims

/// Where the reference is stricter or looser than its rules for other members.
@Suite("Members with rules of their own")
struct OddMembersTests {
    @Test("null is no type of an export or import", arguments: ["exports", "imports"])
    func nullType(list: String) {
        for type in ["null", #""""#, #""stream","type":null"#] {
            let payload = #"{"nats":{"\#(list)":[{"subject":"a","type":\#(type)}]}}"#
            #expect(throws: ClaimsError.self) { try payload.bytes { try AccountClaims.read(payload: $0) } }
        }
    }

    @Test("a mapping that is null stays null")
    func nullMapping() throws {
        let payload = #"{"nats":{"mappings":{"a":null,"b":[]}}}"#
        var account = try payload.bytes { try AccountClaims.read(payload: $0) }
        #expect(try account.json().contains(#""mappings":{"a":null,"b":[]}"#))
        account.mappings["a"] = [WeightedMapping(subject: "c")]
        #expect(try account.json().contains(#""mappings":{"a":[{"subject":"c"}],"b":[]}"#))
    }

    @Test("the older format knows no JetStream, whatever stands there")
    func olderLimits() throws {
        let payload =
            #"{"type":"account","nats":{"limits":{"subs":5,"max_ack_pending":"x","tiered_limits":7,"streams":[]}}}"#
        let account = try payload.bytes { try AccountClaims.read(version1Payload: $0) }
        var limits = AccountLimits()
        limits.subscriptions = 5
        #expect(account.limits == limits)
    }

    @Test("what the older format is freed of must have had its type")
    func droppedMembers() throws {
        for member in [#""max":"x""#, #""payload":1.5"#, #""src":5"#, #""times":7"#, #""times":[{"start":1}]"#] {
            let payload = #"{"type":"activation","nats":{\#(member)}}"#
            #expect(throws: ClaimsError.self, "\(member)") {
                try payload.bytes { try ActivationClaims.read(version1Payload: $0) }
            }
        }
        let right = #"{"type":"activation","nats":{"max":1,"payload":-1,"src":"10.0.0.0/8","times":[{"start":"a"}]}}"#
        #expect(throws: Never.self) { try right.bytes { try ActivationClaims.read(version1Payload: $0) } }
        let user = #"{"type":"user","nats":{"max":"x"}}"#
        #expect(throws: ClaimsError.self) { try user.bytes { try UserClaims.read(version1Payload: $0) } }
    }

    @Test("an unexpected byte is said to be in place of a value")
    func unexpectedByte() {
        let error = #expect(throws: ClaimsError.self) { try parse(#"{"a":[1,}"#) }
        #expect(error?.message.hasSuffix("expected a value") == true)
    }
}

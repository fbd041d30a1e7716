import NKeys
import Testing

@testable import Claims

/// What nats-server 2.15.1 shows back for the same payloads.
@Suite("Members that come twice")
struct DoubledMembersTests {
    @Test("a list is read into the one that is there, element by element, and cut")
    func exports() throws {
        let account = try account(
            #""exports":[{"subject":"a","type":"stream","token_req":true},{"subject":"b","type":"stream"}],"#
                + #""exports":[{"subject":"c"}]"#)
        #expect(account.exports.map(\.subject) == ["c"])
        #expect(account.exports.first?.tokenRequired == true)
        #expect(account.exports.first?.type == .stream)
    }

    @Test("what was cut off a list comes back in a longer one, unless the list was empty or null between")
    func cutEnds() throws {
        let long = #""exports":[{"subject":"a","token_req":true},{"subject":"b","name":"n","token_req":true}]"#
        let again = try account(long + #","exports":[{"subject":"c"}],"exports":[{"subject":"d"},{"subject":"e"}]"#)
        #expect(again.exports.map(\.subject) == ["d", "e"])
        #expect(again.exports.map(\.tokenRequired) == [true, true])
        #expect(again.exports.map(\.name) == ["", "n"])
        for between in ["[]", "null"] {
            let fresh = try account(long + #","exports":\#(between),"exports":[{"subject":"d"},{"subject":"e"}]"#)
            #expect(fresh.exports.map(\.tokenRequired) == [false, false])
        }
        // A list elsewhere has nothing to do with it.
        let permissions = try account(
            #""default_permissions":{"pub":{"deny":["x","y"],"deny":["q"]},"sub":{"deny":["a"],"deny":["b",null]}}"#)
        #expect(permissions.defaultPermissions.publish.deny == ["q"])
        #expect(permissions.defaultPermissions.subscribe.deny == ["b", ""])
    }

    @Test("null leaves a text in a list, and makes an export a new one")
    func nulls() throws {
        let denied = try account(#""default_permissions":{"pub":{"deny":["x","y","z"],"deny":["a",null,null]}}"#)
        #expect(denied.defaultPermissions.publish.deny == ["a", "y", "z"])
        let user = try UserClaims.of(#"{"nats":{"pub":{"deny":["x","y"],"Deny":[null]}}}"#)
        #expect(user.limits.permissions.publish.deny == ["x"])
        let export = try account(
            #""exports":[{"subject":"a","token_req":true}],"exports":[null],"exports":[{"subject":"d"}]"#)
        #expect(export.exports.map(\.tokenRequired) == [false])
        #expect(export.exports.map(\.isNull) == [false])
    }

    @Test("hours keep what the second list does not name, networks do not")
    func hours() throws {
        let user = try UserClaims.of(
            #"{"nats":{"times":[{"start":"01:00:00","end":"02:00:00"}],"times":[{"end":"03:00:00"}],"#
                + #""src":["10.0.0.0/8"],"src":[null]}}"#)
        #expect(user.limits.times == [TimeRange(start: "01:00:00", end: "03:00:00")])
        #expect(user.limits.sources == [""])
    }

    @Test("a mapping's list is a new one")
    func mappings() throws {
        let account = try account(
            #""mappings":{"a":[{"subject":"x","weight":20}]},"mappings":{"a":[{"subject":"y"}]}"#)
        #expect(account.mappings["a"] == [WeightedMapping(subject: "y")])
    }

    @Test("tokens of the older format are read in the same way")
    func version1() throws {
        let payload =
            #"{"type":"account","nats":{"exports":[{"subject":"a","token_req":true}],"exports":[{"subject":"b"}],"#
            + #""signing_keys":["K","L"],"signing_keys":["M"]}}"#
        let account = try payload.bytes { try AccountClaims.read(version1Payload: $0) }
        #expect(account.exports.map(\.tokenRequired) == [true])
        #expect(account.signingKeys == [.key("M")])
    }

    /// Half a million reads of a long list would take minutes.
    @Test("a short list after a long one costs what it is long")
    func cost() throws {
        let long = "[" + Array(repeating: #""""#, count: 100_000).joined(separator: ",") + "]"
        let short = String(repeating: #","tags":[""]"#, count: 30_000)
        let account = try account(#""tags":\#(long)\#(short)"#)
        #expect(account.tags == [""])
    }

    private func account(_ members: String) throws -> AccountClaims {
        try #"{"nats":{\#(members)}}"#.bytes { try AccountClaims.read(payload: $0) }
    }
}

import Foundation
import TestSupport
import Testing

@testable import Claims

@Suite("Reading JSON")
struct JSONReaderTests {
    @Test(
        "valid texts give their tree",
        arguments: [
            (#"null"#, JSONValue.null), (#" true "#, .bool(true)), (#"-0"#, .number(0)), (#"1e3"#, .number(1000)),
            (#""a\"\\\/\b\f\n\r\tA""#, .string("a\"\\/\u{8}\u{C}\n\r\tA")), (#""é😀""#, .string("é😀")),
            (#"[]"#, .array([])), (#"{}"#, .object([:])),
            (#"{"a":[1,{"b":null}],"a":2}"#, .object(["a": .number(2)])),
        ])
    func valid(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(
        "invalid texts are refused",
        arguments: [
            "", " ", "{", "}", "[", "[1", "[1,]", "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#,
            #"{'a':1}"#, "01", "1.", ".5", "1e", "+1", "-", "0x1", "NaN", "Infinity", "1e999", "nul", "tru", "truee",
            "null null", #"""#, #""\"#, #""\x""#, #""\u12""#, #""\u12G4""#, "\"\u{1}\"", "\"a\nb\"", "[1 2]",
            #"{"a":1 "b":2}"#, "/**/1", "\u{FEFF}1",
        ])
    func invalid(text: String) {
        let error = #expect(throws: ClaimsError.self) { try parse(text) }
        #expect(error?.code == .json)
    }

    @Test("lone surrogates and bytes that are not UTF-8 become U+FFFD, one each")
    func repairs() throws {
        #expect(try parse(#""\ud800""#) == .string("\u{FFFD}"))
        #expect(try parse(#""\udc00x""#) == .string("\u{FFFD}x"))
        #expect(try parse(#""\ud83d\u0041""#) == .string("\u{FFFD}A"))
        #expect(try parse(#""\ud83d\ud83d\ude00""#) == .string("\u{FFFD}😀"))
        #expect(try parse([0x22, 0xE2, 0x80, 0x61, 0xFF, 0x22]) == .string("\u{FFFD}\u{FFFD}a\u{FFFD}"))
    }

    @Test("nesting is bounded")
    func depth() throws {
        let limit = JSONReader.maximumDepth
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try parse(nested(limit)) }
        #expect(throws: ClaimsError.self) { try parse(nested(limit + 1)) }
        #expect(throws: ClaimsError.self) { try parse(String(repeating: #"{"a":"#, count: 100_000)) }
        #expect(throws: ClaimsError.self) { try UserClaims.of(#"{"unknown":\#(nested(limit))}"#) }
    }

    @Test("integers have neither fraction nor exponent and must fit")
    func integers() throws {
        #expect(try UserClaims.of(#"{"exp":9223372036854775807}"#).expires == .max)
        #expect(try UserClaims.of(#"{"exp":-9223372036854775808}"#).expires == .min)
        for text in ["9223372036854775808", "1.0", "1e3", "\"1\"", "true", "[1]", "{}"] {
            #expect(throws: ClaimsError.self) { try UserClaims.of(#"{"exp":\#(text)}"#) }
        }
        func weight(_ text: String) throws -> UInt8? {
            let payload = #"{"nats":{"mappings":{"a":[{"subject":"b","weight":\#(text)}]}}}"#
            return try payload.bytes { try AccountClaims.read(payload: $0) }.mappings["a"]?.first?.weight
        }
        #expect(try weight("255") == 255)
        for text in ["256", "-1", "-0"] { #expect(throws: ClaimsError.self) { try weight(text) } }
    }

    @Test("names match without regard to case, and the last of two wins")
    func names() throws {
        #expect(try UserClaims.of(#"{"NAME":"a","Name":"b"}"#).name == "b")
        #expect(try UserClaims.of(#"{"name":"a"}"#).name == "a")
        // The long s and the Kelvin sign fold to ASCII letters.
        #expect(try UserClaims.of(#"{"ſub":"a"}"#).subject == "a")
        let payload = #"{"nats":{"limits":{"subs":1,"subs":2,"SUBS":3},"signing_\u212Aeys":["k"]}}"#
        let account = try payload.bytes { try AccountClaims.read(payload: $0) }
        #expect(account.limits.subscriptions == 3)
        #expect(account.signingKeys == [.key("k")])
    }

    @Test("null leaves a value as it was and unknown names are passed over")
    func nulls() throws {
        #expect(try UserClaims.of(#"{"name":"a","name":null,"x":{"y":[1,2,{}]},"exp":null}"#).name == "a")
        #expect(try UserClaims.of("null") == UserClaims.of("{}"))
    }

    @Test(
        "an error names the claim",
        arguments: [
            (#"{"nats":{"limits":{"subs":"many"}}}"#, "nats.limits.subs"),
            (#"{"exp":1.5}"#, "exp"),
            (#"{"nats":{"exports":[{"subject":"a,]}"},{"advertise":1}]}}"#, "nats.exports[1].advertise"),
            (#"{"nats":{"mappings":{"a.*":[{"subject":"b","weight":300}]}}}"#, #"nats.mappings."a.*"[0].weight"#),
            (#"{"nats":{"mappings":{"\"":5}}}"#, #"nats.mappings."\"""#),
            (#"{"nats":{"exports":[{},{"type":"queue"}]}}"#, "nats.exports[1].type"),
            (#"{"nats":{"signing_keys":["A",{"kind":"role","key":"A"}]}}"#, "nats.signing_keys[1].kind"),
            (#"{"nats":{"signing_keys":[{"key":"A"}]}}"#, "nats.signing_keys[0]"),
            (
                #"{"nats":{"exports":[{"service_latency":{"sampling":"some"}}]}}"#,
                "nats.exports[0].service_latency.sampling"
            ),
            (#"{"nats":{"tags":[["#, "nats.tags[0]"), (#"{"nats":[]}"#, "nats"), (#"{"nats":{"tags":[]},5}"#, "nats"),
        ])
    func paths(payload: String, path: String) {
        let error = #expect(throws: ClaimsError.self) { try payload.bytes { try AccountClaims.read(payload: $0) } }
        #expect(error?.message.contains("(\(path)):") == true, "\(error?.message ?? "")")
        #expect(error?.path == path)
        #expect(error?.code == .json)
    }

    @Test("however long and deep a place is, its name stays short")
    func longPaths() {
        let long = String(repeating: "x", count: 1000)
        let deep = String(repeating: #"{"a":["#, count: 90)
        for text in [#"{"\#(long)":tru}"#, deep, #"{"nats":{"\#(long)"#, "{", #"""#, #"{"a\"#] {
            let error = #expect(throws: ClaimsError.self) { try parse(text) }
            #expect((error?.message.utf8.count ?? 1000) < 200)
        }
    }

    /// Foundation reads the same trees from what this writer writes.
    @Test("trees survive, and Foundation agrees")
    func roundTrip() throws {
        var random = SeededGenerator.announced()
        for _ in 0..<500 {
            let value = JSONValue.random(&random, depth: 4)
            let bytes = value.jsonBytes
            #expect(try parse(bytes) == value)
            // To Foundation the two ways to write an accent are one key.
            if bytes.contains(0xCC) { continue }
            let foreign = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let again = try JSONSerialization.data(withJSONObject: foreign, options: .fragmentsAllowed)
            #expect(try parse(Array(again)) == value)
        }
    }

    @Test("arbitrary bytes never crash the reader")
    func arbitraryBytes() {
        var random = SeededGenerator.announced()
        let alphabet = Array(#"{}[]",:\u0123456789eE+-. ntfalsr"#.utf8) + [0, 0x80, 0xC3, 0xFF]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                alphabet.randomElement(using: &random)
            }
            if let value = try? parse(bytes) {
                #expect((try? parse(value.jsonBytes)) == value)
            }
        }
    }
}

extension String {
    /// Lends the UTF-8 of the text.
    func bytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Array(utf8).withUnsafeBytes(body)
    }
}

extension UserClaims {
    /// The user of a payload that was not signed.
    static func of(_ payload: String) throws -> UserClaims { try payload.bytes { try read(payload: $0) } }
}

import NKeys
import Secrets
import Testing

@testable import Broker

@Suite("What a trace shows of the protocol")
struct ProtocolTraceTests {
    private func connect(_ json: String) -> String { ProtocolTrace.connect(Array(json.utf8).span) }

    private func command(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return ProtocolTrace.command(bytes.span, from: 0, to: bytes.count)
    }

    private func payload(_ bytes: [UInt8], most: Int? = nil, headerCount: Int? = nil) -> String? {
        ProtocolTrace.payload(bytes.span, most: most, headerCount: headerCount)
    }

    @Test("of CONNECT what says nothing about secrets")
    func harmlessMembers() {
        let json = #"{"lang":"go","name":"x \"y\"","protocol":1,"tls_required":true,"user":"a","verbose":false}"#
        #expect(connect(json) == "CONNECT " + json)
    }

    @Test(
        "no secret of CONNECT, in whatever case its name is written",
        arguments: ["pass", "auth_token", "jwt", "sig", "nkey", "proxy_sig", "PASS", "Jwt", "passwort", "token"])
    func secretMembers(name: String) {
        #expect(connect("{\"\(name)\":\"geheim\"}") == "CONNECT {\"\(name)\":\"[REDACTED]\"}")
        #expect(connect("{\"\(name)\":{\"a\":\"geheim\"}}") == "CONNECT {\"\(name)\":\"[REDACTED]\"}")
    }

    @Test("nothing of a CONNECT that is no JSON, or whose values are of another kind")
    func unreadableMembers() {
        #expect(connect(#"{"pass":"geheim"#) == "CONNECT [REDACTED]")
        #expect(connect("[1]") == "CONNECT [REDACTED]")
        #expect(connect(#"{"name":["geheim"]}"#) == #"CONNECT {"name":"[REDACTED]"}"#)
    }

    @Test("no seed or token in a name, a subject or a payload")
    func misplacedSecrets() {
        let seed = String(decoding: KeyPair.generate(.user).seed.withBytes { Array($0) }, as: UTF8.self)
        #expect(!connect("{\"name\":\"\(seed)\"}").contains(seed))
        #expect(!command("PUB \(seed) 1\r\n").contains(seed))
        #expect(payload(Array("a \(seed) b".utf8))?.contains(seed) == false)
        // A limit that falls into the middle of it leaves no beginning of it either.
        #expect(payload(Array("a \(seed) b".utf8), most: 30)?.contains(seed.prefix(20)) == false)
        #expect(payload([0xff, 0x00] + Array("\n\(seed)\n".utf8))?.contains(seed) == false)
    }

    @Test(
        "commands with their verb in capitals and their arguments as they came",
        arguments: [
            ("PING\r\n", "PING"), ("sub a 1\r\n", "SUB a 1"), ("Pub \t a  b   5\r\nhello\r\n", "PUB a  b   5"),
            ("PUB a 1\nx\r\n", "PUB a 1"), ("SUB \u{1B}[2J 1\r\n", "SUB \\x1b[2J 1"),
            ("SUB \"a\\ 1\r\n", "SUB \"a\\ 1"),
        ])
    func commands(text: String, shown: String) {
        #expect(command(text) == shown)
    }

    @Test("payloads in quotes, cut where they are long")
    func payloads() {
        #expect(payload(Array("hello".utf8)) == #"MSG_PAYLOAD: ["hello"]"#)
        #expect(payload([]) == nil)
        #expect(payload([0x00, 0xff, 0x22, 0x5c]) == #"MSG_PAYLOAD: ["\x00\xff\"\\"]"#)
        #expect(payload(Array("NATS/1.0\r\n\r\nä".utf8)) == #"MSG_PAYLOAD: ["NATS/1.0\r\n\r\nä"]"#)
        #expect(payload(Array("abcdef".utf8), most: 4) == #"MSG_PAYLOAD: ["abcd..."]"#)
        #expect(payload(Array("abcd".utf8), most: 4) == #"MSG_PAYLOAD: ["abcd"]"#)
        let long = payload([UInt8](repeating: 0x61, count: 1 << 20))
        #expect((long?.utf8.count ?? 0) < ProtocolTrace.mostPayload + 100 && long?.hasSuffix("a...\"]") == true)
    }

    @Test("headers alone, where that is asked for")
    func headers() {
        let message = Array("NATS/1.0\r\nA: b\r\n\r\nhello".utf8)
        #expect(payload(message, headerCount: 18) == #"MSG_PAYLOAD: ["NATS/1.0\r\nA: b"]"#)
        #expect(payload(message, headerCount: 0) == nil)
        #expect(payload(message, headerCount: 2) == nil)
    }
}

import Testing

@testable import Wire

@Suite struct ClientLineTests {
    private func publish(_ subject: String, _ reply: String?, _ block: [UInt8], _ payload: String) -> String {
        var bytes = Array("before ".utf8)
        ClientLine.publish(subject: subject, reply: reply, headerBlock: block, payload: Array(payload.utf8), to: &bytes)
        return String(decoding: bytes.dropFirst(7), as: UTF8.self)
    }

    @Test func publications() {
        #expect(publish("a.b", nil, [], "hello") == "PUB a.b 5\r\nhello\r\n")
        #expect(publish("a.b", "r", [], "") == "PUB a.b r 0\r\n\r\n")
        let block = Headers(status: 503).block
        #expect(publish("a", nil, block, "x") == "HPUB a 16 17\r\nNATS/1.0 503\r\n\r\nx\r\n")
        #expect(publish("a", "r", block, "") == "HPUB a r 16 16\r\nNATS/1.0 503\r\n\r\n\r\n")
    }

    @Test func theBrokersParserReadsWhatIsWritten() {
        var bytes: [UInt8] = []
        ClientLine.publish(
            subject: "a", reply: "r", headerBlock: Headers(status: 503).block, payload: [1, 2], to: &bytes)
        guard case .command(let command, let end) = CommandParser().parse(bytes.span, at: 0) else {
            Issue.record("no command")
            return
        }
        #expect(
            end == bytes.count && command.verb == .publish && command.headerCount == 16 && command.payload.count == 18)
    }

    @Test func subscriptions() {
        let text = { String(decoding: $0 as [UInt8], as: UTF8.self) }
        #expect(text(ClientLine.subscribe(subject: "a.>", queue: nil, subscription: 1)) == "SUB a.> 1\r\n")
        #expect(text(ClientLine.subscribe(subject: "a.>", queue: "q", subscription: 2)) == "SUB a.> q 2\r\n")
        #expect(text(ClientLine.unsubscribe(subscription: 3, after: nil)) == "UNSUB 3\r\n")
        #expect(text(ClientLine.unsubscribe(subscription: 3, after: 10)) == "UNSUB 3 10\r\n")
    }

    @Test(arguments: ["", " ", "a b", "a\tb", "a\r\nPUB b 0", "a\n", "a\0", "a\u{7F}"])
    func wordsThatWouldBecomeSomethingElse(word: String) {
        #expect(!ClientLine.isSafe(word))
    }

    @Test(arguments: ["a", "a.*.>", "$SYS.REQ", "ü"])
    func wordsThatCanBeSent(word: String) {
        #expect(ClientLine.isSafe(word))
    }

    @Test func connectHasOnlyWhatIsSet() {
        #expect(
            String(decoding: ConnectLine().bytes, as: UTF8.self)
                == "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":true,\"tls_required\":false,"
                + "\"headers\":true,\"no_responders\":true,\"protocol\":1,\"lang\":\"swift\",\"version\":\"\"}\r\n")
    }

    @Test func connectEscapesItsTexts() {
        var line = ConnectLine()
        line.name = "a\"b\\c\r\nPUB x 0\u{0}\u{2028}ü"
        line.jwt = "j"
        line.signature = "s"
        line.nkey = "U"
        let text = String(decoding: line.bytes, as: UTF8.self)
        #expect(
            text.hasSuffix(
                #""name":"a\"b\\c\u000d\u000aPUB x 0\u0000\u2028ü","jwt":"j","nkey":"U","sig":"s"}"# + "\r\n"))
        #expect(line.bytes.count { $0 == 0x0A } == 1)
    }
}

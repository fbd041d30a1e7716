import Testing
import Wire

@Suite struct CommandParserTests {
    private let parser = CommandParser(maximumControlLine: 64, maximumPayload: 100)

    private func parse(_ text: String) -> ParsedCommand {
        parser.parse(Array(text.utf8).span, at: 0)
    }

    private func text(_ range: ByteRange, _ source: String) -> String {
        String(decoding: Array(source.utf8)[range.start..<range.end], as: UTF8.self)
    }

    @Test(arguments: [
        "PUB a.b 5\r\nhello\r\n", "pub a.b 5\nhello\r\n", "PUB\ta.b  5 \r\nhello\r\n", "Pub a.b 05\r\nhello\r\n",
    ])
    func readsPublishes(_ input: String) throws {
        guard case .command(let command, let end) = parse(input) else { Issue.record("\(parse(input))"); return }
        #expect(command.verb == .publish && end == input.utf8.count)
        #expect(text(command.argument, input) == "a.b" && command.option.isEmpty)
        #expect(text(command.payload, input) == "hello" && command.headerCount == 0)
    }

    @Test func readsRepliesAndHeaders() {
        let input = "HPUB a r 12 17\r\nNATS/1.0\r\n\r\nhello\r\n"
        guard case .command(let command, _) = parse(input) else { Issue.record("\(parse(input))"); return }
        #expect(text(command.option, input) == "r" && command.headerCount == 12)
        #expect(text(command.payload, input) == "NATS/1.0\r\n\r\nhello")
    }

    @Test func readsSubscriptions() {
        let plain = "SUB a.* 7\r\n"
        let queued = "sub a.* workers 7\r\n"
        guard case .command(let one, _) = parse(plain), case .command(let two, _) = parse(queued) else {
            Issue.record("not commands")
            return
        }
        #expect(text(one.argument, plain) == "a.*" && one.option.isEmpty && text(one.subscription, plain) == "7")
        #expect(text(two.option, queued) == "workers" && text(two.subscription, queued) == "7")
        guard case .command(let end, _) = parse("UNSUB 7 12\r\n") else { Issue.record("UNSUB"); return }
        #expect(end.maximum == 12)
    }

    @Test(arguments: [
        ("ZZZ\r\n", ProtocolFault.unknownOperation), ("PUBS a 1\r\n", .unknownOperation),
        ("SUBZZZ\r\n", .unknownOperation),
        ("PUB a\r\n", .malformedArguments), ("PUB a b c d\r\n", .malformedArguments),
        ("PUB a -1\r\n", .malformedArguments),
        ("PUB a 99999999999999999999\r\n", .malformedArguments), ("PUB a 1234567890\r\n", .malformedArguments),
        ("PUB a 101\r\n", .payloadTooLarge), ("HPUB a 9 5\r\n", .malformedArguments),
        ("SUB a\r\n", .malformedArguments), ("PUB\r\n", .unknownOperation), ("PUB \r\n", .malformedArguments),
        ("HPUB\r\n", .unknownOperation), ("SUB\r\n", .unknownOperation), ("UNSUB\r\n", .unknownOperation),
        ("PUB a 5\r\nhelloXX", .unknownOperation), ("PUB a 5\r\nhello\rX", .unknownOperation),
        ("\u{0}\u{1}", .unknownOperation), ("\u{0}PING\r\n", .unknownOperation),
        ("HPUB a 6 5\r\n", .malformedArguments), ("HPUB a 0 300\r\n", .payloadTooLarge),
        ("PUX", .unknownOperation), ("SUB\r", .unknownOperation), ("Px", .unknownOperation),
        ("UNSUBx", .unknownOperation),
        ("-ERR\r\n", .unknownOperation), ("SUB \r\n", .malformedArguments), ("PUB fo\ro 1\r\n", .malformedArguments),
        ("PUB \nfoo 1\r\n", .malformedArguments), ("PUB a 1\r 1\n", .malformedArguments),
        ("RMSG a\r\n", .unknownOperation), ("A+\r\n", .unknownOperation),
    ])
    func refusesWhatIsNotTheProtocol(_ input: String, _ fault: ProtocolFault) {
        #expect(parse(input) == .fault(fault))
    }

    @Test(arguments: [
        ("PING x\r\n", Command.Verb.ping), ("PONGx\n", .pong), ("+OKAY\r\n", .ok), ("+ok\n", .ok),
        ("-err x\r\n", .error),
        ("INFO{}\r\n", .information), ("CONNECT{}\r\n", .connect), ("CONNECT\r\n", .connect),
        ("connect  \t {}\n", .connect),
        ("SUB \nfoo 1\r\n", .subscribe), ("SUB foo\rq 1\r\n", .subscribe), ("HPUB a 0 0\r\n\r\n", .publish),
    ])
    func readsWhatServersRead(_ input: String, _ verb: Command.Verb) {
        guard case .command(let command, let end) = parse(input) else { Issue.record("\(parse(input))"); return }
        #expect(command.verb == verb && end == input.utf8.count)
    }

    @Test func knowsTheSubjectBeforeThePayload() {
        let input = "PUB a..b 5\r\nhel"
        let range = parser.publishedSubject(Array(input.utf8).span, at: 0)
        #expect(range.map { text($0, input) } == "a..b")
        #expect(parser.publishedSubject(Array("PUB a..b 5".utf8).span, at: 0) == nil)
        #expect(parser.publishedSubject(Array("PING\r\n".utf8).span, at: 0) == nil)
    }

    @Test func takesHeadersOnlyWhereTheyAreSpoken() {
        let silent = CommandParser(acceptsHeaders: false)
        #expect(
            silent.parse(Array("HPUB a 12 12\r\nNATS/1.0\r\n\r\n\r\n".utf8).span, at: 0) == .fault(.malformedArguments))
        #expect(silent.parse(Array("HPUB a\r\n".utf8).span, at: 0) == .fault(.malformedArguments))
    }

    @Test func boundsTheControlLine() {
        let exact = String(repeating: "a", count: 62) + " 1"
        for end in ["\r\n", "\n"] {
            guard case .command = parse("SUB   \(exact)\(end)") else { Issue.record("refused"); continue }
            #expect(parse("SUB a\(exact)\(end)") == .fault(.controlLineTooLong))
        }
        #expect(parse("PING" + String(repeating: "x", count: 70)) == .fault(.controlLineTooLong))
        #expect(parse("SUB" + String(repeating: " ", count: 70)) == .fault(.controlLineTooLong))
        let subject = String(repeating: "a", count: 70)
        #expect(parse("SUB \(subject) 1\r\n") == .fault(.controlLineTooLong))
        #expect(parse("SUB " + String(repeating: "a", count: 200)) == .fault(.controlLineTooLong))
        #expect(parse("SUB " + String(repeating: "a", count: 20)) == .incomplete(count: 25))
    }

    @Test func waitsForJustWhatIsMissing() {
        let whole = "PUB a.b 5\r\nhello\r\n"
        for count in 0..<whole.utf8.count {
            let part = String(decoding: Array(whole.utf8).prefix(count), as: UTF8.self)
            guard case .incomplete(let needed) = parse(part) else { Issue.record("\(count): \(parse(part))"); continue }
            #expect(needed > count && needed <= whole.utf8.count)
        }
    }
}

import TestSupport
import Testing

@testable import Wire

@Suite struct ServerStreamParserTests {
    /// Every kind of operation once, and what it is.
    static let stream = Array(
        ("INFO {\"server_id\":\"N\"} \r\n+OK\r\nPING\r\nPONG\r\n-ERR 'Authorization Violation'\r\n"
            + "MSG a.b 7 5\r\nhello\r\nMSG a.b 8 _INBOX.x.y 0\r\n\r\n"
            + "HMSG a 9 r 20 22\r\nNATS/1.0\r\nA: 1 2\r\n\r\n\r\n\r\n"
            + "hmsg\ta  18446744073709551615  12  12\nNATS/1.0\r\n\r\n\r\n").utf8)

    static let operations: [ServerOperation] = [
        .info(Array("{\"server_id\":\"N\"}".utf8)), .ok, .ping, .pong, .error("Authorization Violation"),
        .message(MessageFrame(subject: "a.b", subscription: 7, payload: Array("hello".utf8))),
        .message(MessageFrame(subject: "a.b", subscription: 8, reply: "_INBOX.x.y")),
        .message(
            MessageFrame(
                subject: "a", subscription: 9, reply: "r", headerBlock: Array("NATS/1.0\r\nA: 1 2\r\n\r\n".utf8),
                payload: [0x0D, 0x0A])),
        .message(MessageFrame(subject: "a", subscription: .max, headerBlock: Array("NATS/1.0\r\n\r\n".utf8))),
    ]

    private func read(_ pieces: [ArraySlice<UInt8>], limits: ServerStreamParser.Limits = .init())
        throws(ServerStreamError)
        -> [ServerOperation]
    {
        var parser = ServerStreamParser(limits: limits)
        var operations: [ServerOperation] = []
        for piece in pieces {
            parser.append(piece)
            while let operation = try parser.next() { operations.append(operation) }
        }
        return operations
    }

    private func read(_ text: String, limits: ServerStreamParser.Limits = .init()) throws(ServerStreamError)
        -> [ServerOperation]
    {
        try read([Array(text.utf8)[...]], limits: limits)
    }

    @Test func everyOperationIsRead() throws {
        var stream = Self.stream
        stream.append(contentsOf: "PING\r\n".utf8)
        #expect(try read([stream[...]]) == Self.operations + [.ping])
    }

    @Test func aSplitAtAnyByteChangesNothing() throws {
        for split in 0...Self.stream.count {
            #expect(try read([Self.stream[..<split], Self.stream[split...]]) == Self.operations, "split at \(split)")
        }
    }

    @Test func singleBytesAndRandomPiecesChangeNothing() throws {
        #expect(try read(Self.stream.indices.map { Self.stream[$0...$0] }) == Self.operations)
        var random = SeededGenerator.announced()
        for _ in 0..<500 {
            var pieces: [ArraySlice<UInt8>] = []
            var start = 0
            while start < Self.stream.count {
                let end = min(Self.stream.count, start + Int.random(in: 0...40, using: &random))
                pieces.append(Self.stream[start..<end])
                start = end
            }
            #expect(try read(pieces) == Self.operations)
        }
    }

    // MARK: Refusals

    @Test(
        arguments: [
            ("HTTP/1.1 400 Bad Request\r\n", .unknownOperation), ("SSH-2.0\r\n", .unknownOperation),
            ("X", .unknownOperation),
            ("\r\n", .unknownOperation), ("PUB a 0\r\n\r\n", .unknownOperation), ("MSGS a 1 0\r\n", .unknownOperation),
            ("+OKAY\r\n", .unknownOperation), ("MSG a 1\r\n", .malformedArguments),
            ("MSG a 1 r 0 0\r\n", .malformedArguments),
            ("MSG a x 0\r\n\r\n", .malformedArguments), ("MSG a 1 -1\r\n", .malformedArguments),
            ("MSG a 1 1x\r\n", .malformedArguments),
            ("MSG a 18446744073709551616 0\r\n", .malformedArguments), ("HMSG a 1 0\r\n", .malformedArguments),
            ("HMSG a 1 5 4\r\n", .malformedArguments), ("MSG a 1 99999999999999999999\r\n", .malformedArguments),
            ("MSG a 1 9223372036854775808\r\n", .payloadTooLarge), ("MSG a 1 101\r\n", .payloadTooLarge),
            ("MSG a 1 2\r\nabc\r\n", .missingLineEnd), ("MSG a 1 2\r\nab\rx", .missingLineEnd),
            ("MSG a 1 2\r\nab\n", .missingLineEnd),
            ("MSG " + String(repeating: "a", count: 300), .lineTooLong),
            ("INFO " + String(repeating: "a", count: 600), .lineTooLong),
        ] as [(String, ServerStreamError.Code)])
    func whatIsNotTheProtocol(text: String, code: ServerStreamError.Code) {
        let limits = ServerStreamParser.Limits(infoLine: 500, controlLine: 200, payload: 100)
        let error = #expect(throws: ServerStreamError.self) { try read(text, limits: limits) }
        #expect(error?.code == code)
    }

    @Test func limitsAreInclusive() throws {
        let limits = ServerStreamParser.Limits(infoLine: 30, controlLine: 13, payload: 3)
        #expect(try read("MSG abcd 1 3\r\nxyz\r\n", limits: limits).count == 1)
        #expect(try read("INFO " + String(repeating: "x", count: 24) + "\r\n", limits: limits).count == 1)
    }

    @Test func afterAnErrorNothingIsReadAnyMore() {
        var parser = ServerStreamParser()
        parser.append(Array("X\r\nPING\r\n".utf8))
        for _ in 0..<3 {
            #expect(throws: ServerStreamError.unknownOperation) { try parser.next() }
            parser.append(Array("PING\r\n".utf8))
        }
    }

    @Test func aSubjectThatIsNotUTF8DoesNotEndTheStream() throws {
        let operations = try read([Array("MSG ".utf8) + [0xFF, 0xFE] + Array(" 1 0\r\n\r\n".utf8)])
        #expect(operations == [.message(MessageFrame(subject: "\u{FFFD}\u{FFFD}", subscription: 1))])
    }

    @Test(arguments: [
        ("-ERR 'a'", "a"), ("-ERR a", "a"), ("-err  'it''s' ", "it''s"), ("-ERR", ""), ("-ERR '", "'"), ("-ERR ''", ""),
    ])
    func errorTexts(line: String, text: String) throws {
        #expect(try read(line + "\r\n") == [.error(text)])
    }
}

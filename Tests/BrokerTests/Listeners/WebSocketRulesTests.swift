import Authorization
import Secrets
import Testing

@testable import Broker

@Suite("Requests for a WebSocket") struct WebSocketRulesTests {
    private static func request(_ lines: [String], first: String = "GET / HTTP/1.1") -> WebSocketRequest? {
        WebSocketRequest(Array(([first] + lines + ["", ""]).joined(separator: "\r\n").utf8))
    }

    private static let usual = [
        "Host: example.com", "Upgrade: websocket", "Connection: keep-alive, Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private static func answer(
        _ settings: (inout WebSocketConfiguration) -> Void = { _ in }, _ lines: [String] = usual, more: [String] = [],
        first: String = "GET / HTTP/1.1"
    ) throws -> WebSocketRules.Answer {
        var configuration = WebSocketConfiguration(port: 1)
        settings(&configuration)
        return WebSocketRules(configuration).answer(try #require(request(lines + more, first: first)))
    }

    private static func refusal(_ answer: WebSocketRules.Answer) -> Int? {
        if case .refusal(let refusal) = answer { return refusal.status }
        return nil
    }

    private static func arrival(_ answer: WebSocketRules.Answer) -> WebSocketRules.Arrival? {
        if case .upgrade(_, let arrival) = answer { return arrival }
        return nil
    }

    @Test("the example of RFC 6455 gets its answer, with the configured headers behind it")
    func example() throws {
        guard case .upgrade(let response, let arrival) = try Self.answer({ $0.headers = ["X-B": "2", "X-A": "1"] })
        else {
            Issue.record("refused")
            return
        }
        #expect(
            response == """
                HTTP/1.1 101 Switching Protocols\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
                X-A: 1\r
                X-B: 2\r
                \r

                """)
        #expect(arrival.isMasked)
    }

    @Test("compression is not agreed to, and masks may be left out by agreement")
    func agreements() throws {
        guard
            case .upgrade(let response, let arrival) = try Self.answer(
                more: ["Sec-WebSocket-Extensions: permessage-deflate", "Nats-No-Masking: true"])
        else {
            Issue.record("refused")
            return
        }
        #expect(!response.contains("xtensions") && response.contains("Nats-No-Masking: true\r\n"))
        #expect(!arrival.isMasked)
    }

    @Test(
        "what asks for no WebSocket is refused",
        arguments: [
            (0..<5).map { missing in usual.enumerated().filter { $0.offset != missing }.map(\.element) },
            [
                usual.map { $0.replacing("13", with: "12") },
                usual.map { $0.replacing("Upgrade: web", with: "Upgrade: x") },
                usual.map { $0.replacing("dGhlIHNhbXBsZSBub25jZQ==", with: "") },
            ],
        ].flatMap(\.self))
    func incomplete(lines: [String]) throws {
        #expect(Self.refusal(try Self.answer({ _ in }, lines)) == 400)
    }

    @Test func otherWaysIn() throws {
        #expect(Self.refusal(try Self.answer(first: "POST / HTTP/1.1")) == 405)
        #expect(Self.refusal(try Self.answer(first: "GET /leafnode HTTP/1.1")) == 404)
        #expect(Self.refusal(try Self.answer(first: "GET /mqtt?x HTTP/1.1")) == 404)
        #expect(Self.refusal(try Self.answer(first: "GET /anything HTTP/1.1")) == nil)
    }

    @Test(
        "the origin of a page",
        arguments: [
            (true, [], nil, nil), (true, [], "http://example.com", nil), (true, [], "http://EXAMPLE.com:80", nil),
            (true, [], "https://example.com", 403), (true, [], "http://example.com:8080", 403),
            (true, [], "http://evil.example", 403), (true, [], "null", 403), (false, [], "http://evil.example", nil),
            (false, ["https://a.example", "http://b.example:81"], "https://a.example", nil),
            (false, ["https://a.example", "http://b.example:81"], "http://b.example:81", nil),
            (false, ["https://a.example"], "http://a.example", 403), (false, ["https://a.example"], "", nil),
            (true, ["https://a.example"], "https://a.example", 403),
        ] as [(Bool, [String], String?, Int?)])
    func origins(isSame: Bool, allowed: [String], origin: String?, status: Int?) throws {
        let answer = try Self.answer(
            {
                $0.requiresSameOrigin = isSame
                $0.allowedOrigins = allowed
            }, more: origin.map { ["Origin: \($0)"] } ?? [])
        #expect(Self.refusal(answer) == status)
    }

    @Test("cookies are taken by their configured names, and the last of a name counts")
    func cookies() throws {
        let answer = try Self.answer(
            {
                $0.jwtCookie = "jwt"
                $0.userCookie = "who"
                $0.passwordCookie = "word"
            }, more: ["Cookie: who=plain; jwt=other; jwt=\"a.b=c\"", "Cookie: word=p"])
        let cookies = try #require(Self.arrival(answer)).cookies
        #expect(cookies.jwt == "a.b=c" && cookies.user == "plain" && cookies.token == nil)
        #expect(cookies.password?.withBytes { Array($0) } == Array("p".utf8))

        var options = ConnectOptions()
        options.credentials.user = "mine"
        options.fill(from: cookies)
        #expect(options.credentials.user == "mine" && options.credentials.token == "a.b=c")
        #expect(options.credentials.hasPassword && !options.credentials.hasSharedToken)
    }

    @Test(arguments: [
        ("1.2.3.4", "1.2.3.4"), (" ::1 , 5.6.7.8", "::1"), ("evil\"text", nil), ("", nil), ("1.2.3.4 x", nil),
    ])
    func forwardedFor(header: String, shown: String?) throws {
        let answer = try Self.answer(more: ["X-Forwarded-For: \(header)"])
        #expect(try #require(Self.arrival(answer)).forwardedFor == shown)
    }

    @Test(
        "what is no HTTP is no request",
        arguments: [
            "hello\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "get\u{0} / HTTP/1.1\r\n\r\n",
            "GET x HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
            "GET / HTTP/1.1\r\n: b\r\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
            "GET / HTTP/1.1\r\nA: \u{1}\r\n\r\n",
            "GET / HTTP/1.1\r\nA\r\n\r\n", "\r\n\r\n",
        ])
    func malformed(text: String) {
        #expect(WebSocketRequest(Array(text.utf8)) == nil)
    }

    @Test("headers are counted") func tooManyHeaders() {
        #expect(Self.request(Array(repeating: "A: b", count: 100)) != nil)
        #expect(Self.request(Array(repeating: "A: b", count: 101)) == nil)
    }

    @Test("the end of a request is found in any pieces, with either line end")
    func requestEnd() {
        for text in ["GET / HTTP/1.1\r\nA: b\r\n\r\nrest", "GET / HTTP/1.1\nA: b\n\nrest"] {
            let bytes = Array(text.utf8)
            for step in 1...bytes.count {
                var end = WebSocketRequestEnd()
                var found: Int?
                for count in stride(from: step, through: bytes.count, by: step) where found == nil {
                    found = end.find(in: Array(bytes.prefix(count)).span)
                }
                #expect(found == nil || found == bytes.count - 4)
                #expect(step > 4 || found != nil)
            }
        }
    }
}

@Suite("Frames of a WebSocket") struct WebSocketFramesTests {
    @Test("lengths are written in the shortest form")
    func headers() {
        #expect(WebSocketFrames.header(binary: 125) == [0x82, 125])
        #expect(WebSocketFrames.header(binary: 126) == [0x82, 126, 0, 126])
        #expect(WebSocketFrames.header(binary: 65_535) == [0x82, 126, 0xFF, 0xFF])
        #expect(WebSocketFrames.header(binary: 65_536) == [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0])
    }

    @Test("the masked frame of RFC 6455 says Hello")
    func example() {
        var bytes: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        var frames = WebSocketFrames(requiresMask: true)
        var span = bytes.mutableSpan
        #expect(frames.next(&span, at: 0) == (.payload(6..<11), 11))
        #expect(bytes[6...].elementsEqual("Hello".utf8))
    }

    @Test(
        "what breaks the rules is called by its name",
        arguments: [
            ([0x81, 0x05], .noMask), ([0xA1, 0x80], .reservedBits), ([0xC1, 0x80], .compressed),
            ([0x83, 0x80], .unknownKind(3)),
            ([0x89, 0xFE], .longControlFrame), ([0x09, 0x80], .splitControlFrame), ([0x80, 0x80], .nothingToContinue),
            ([0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80], .newMessageInside),
            ([0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], .tooLong),
        ] as [([UInt8], WebSocketFrames.Fault)])
    func faults(bytes: [UInt8], fault: WebSocketFrames.Fault) {
        var bytes = bytes
        var frames = WebSocketFrames(requiresMask: true)
        var span = bytes.mutableSpan
        #expect(frames.next(&span, at: 0).event == .fault(fault))
    }

    @Test(
        "a goodbye is answered with its own code, unless that may not be sent",
        arguments: [
            ([], nil, ""), ([3], 1002, "close frame payload cannot be 1 byte"), ([0x03, 0xE8, 0x68, 0x69], 1000, "hi"),
            ([0x03, 0xED], 1002, "invalid close status code 1005"),
            ([0x03, 0xE8, 0xFF], 1007, "invalid utf8 body in close frame"), ([0x0F, 0xA0], 4000, ""),
            ([0x00, 0x01], 1002, "invalid close status code 1"),
        ] as [([UInt8], UInt16?, String)])
    func goodbyes(payload: [UInt8], code: UInt16?, words: String) {
        #expect(WebSocketCloseCode.answer(to: payload.span) == (code, words))
    }

    @Test func closeFrames() {
        #expect(WebSocketFrames.close(1002, "no") == [0x88, 4, 0x03, 0xEA, 0x6E, 0x6F])
        #expect(WebSocketFrames.close(nil) == [0x88, 0])
        #expect(WebSocketFrames.close(1000, String(repeating: "x", count: 500)).count == 127)
    }
}

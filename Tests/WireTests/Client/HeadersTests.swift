import TestSupport
import Testing

@testable import Wire

@Suite struct HeadersTests {
    private func headers(_ text: String) throws(HeadersError) -> Headers {
        try Headers(block: Array(text.utf8))
    }

    @Test func valuesKeepTheirOrderAndNamesTheirCase() throws {
        let headers = try headers("NATS/1.0\r\nA: 1\r\nb:2\r\nA:\t3 4 \r\na: 5\r\nEmpty:\r\nC: x:y\r\n\r\n")
        #expect(headers.fields.map(\.name) == ["A", "b", "A", "a", "Empty", "C"])
        #expect(headers["A"] == "1")
        #expect(headers.values(of: "A") == ["1", "3 4"])
        #expect(headers["a"] == "5" && headers["B"] == nil && headers["Empty"] == "" && headers["C"] == "x:y")
        #expect(headers.status == nil && !headers.isEmpty)
    }

    @Test(arguments: [
        ("NATS/1.0 503\r\n\r\n", 503, ""), ("NATS/1.0 503 No Responders\r\n\r\n", 503, "No Responders"),
        ("NATS/1.0\t100  Idle Heartbeat \r\nA: 1\r\n\r\n", 100, "Idle Heartbeat"), ("NATS/1.0 999\n\n", 999, ""),
    ])
    func statuses(text: String, status: Int, description: String) throws {
        let headers = try headers(text)
        #expect(headers.status == status)
        #expect(headers.statusDescription == description)
    }

    @Test(
        arguments: [
            ("", .missingVersion), ("NATS/2.0\r\n\r\n", .missingVersion), ("nats/1.0\r\n\r\n", .missingVersion),
            ("NATS/1.0x\r\n\r\n", .missingVersion), ("NATS/1.0503\r\n\r\n", .missingVersion), ("NATS/1.0", .missingEnd),
            ("NATS/1.0\r\n", .missingEnd), ("NATS/1.0\r\nA: 1\r\n", .missingEnd),
            ("NATS/1.0\r\n\r\nA: 1\r\n\r\n", .missingEnd),
            ("NATS/1.0 5\r\n\r\n", .invalidStatus), ("NATS/1.0 099\r\n\r\n", .invalidStatus),
            ("NATS/1.0 5x3\r\n\r\n", .invalidStatus),
            ("NATS/1.0 5030\r\n\r\n", .invalidStatus), ("NATS/1.0 OK\r\n\r\n", .invalidStatus),
            ("NATS/1.0\r\nA\r\n\r\n", .invalidLine),
            ("NATS/1.0\r\nA: 1\r\n 2: 3\r\n\r\n", .invalidLine), ("NATS/1.0\r\n: 1\r\n\r\n", .invalidName),
            ("NATS/1.0\r\nA : 1\r\n\r\n", .invalidName), ("NATS/1.0\r\nÄ: 1\r\n\r\n", .invalidName),
            ("NATS/1.0\r\nA: 1\r2\r\n\r\n", .invalidValue),
            ("NATS/1.0\r\nA: \0\r\n\r\n", .invalidValue),
        ] as [(String, HeadersError)])
    func blocksThatAreRefused(text: String, error: HeadersError) {
        #expect(throws: error) { try headers(text) }
    }

    @Test func aBlockIsWrittenAsItIsRead() throws {
        var headers = Headers(status: 404, description: "Not\r\nFound")
        try headers.append("Name", "a b")
        try headers.append("name", "ü")
        #expect(
            String(decoding: headers.block, as: UTF8.self) == "NATS/1.0 404 Not  Found\r\nName: a b\r\nname: ü\r\n\r\n")
        #expect(try Headers(block: headers.block).fields == headers.fields)
        #expect(Headers().block.isEmpty)
        #expect(Headers(status: 99).isEmpty && Headers(status: 1000).isEmpty)
    }

    @Test func bytesThatAreNotUTF8AreWrittenAsTheyCame() throws {
        let block = Array("NATS/1.0\r\nA: ".utf8) + [0xFF, 0xC0] + Array("\r\n\r\n".utf8)
        #expect(try Headers(block: block).block == block)
    }

    @Test(arguments: ["", "a b", "a:", "a\r", "ä", "a\u{7F}"])
    func namesThatAreRefused(name: String) {
        var headers = Headers()
        #expect(throws: HeadersError.invalidName) { try headers.append(name, "x") }
        #expect(throws: HeadersError.invalidName) { try headers.set(name, "x") }
        #expect(headers.isEmpty)
    }

    @Test func aValueCannotBecomeAnotherHeader() throws {
        var headers = Headers()
        try headers.append("A", "1")
        for value in ["x\r\nB: 2", "x\nB: 2", "x\rB", "\0"] {
            #expect(throws: HeadersError.invalidValue) { try headers.append("C", value) }
            #expect(throws: HeadersError.invalidValue) { try headers.set("A", value) }
        }
        #expect(headers.fields.count == 1 && headers["A"] == "1")
    }

    @Test func removingIgnoresTheCase() throws {
        var headers = try headers(
            "NATS/1.0\r\nNats-Request-Info: a\r\nX: 1\r\nNATS-REQUEST-INFO: b\nnats-request-infO:c\r\n\r\n")
        headers.removeAll(inAnyCase: "Nats-Request-Info")
        #expect(headers.fields.map(\.name) == ["X"])
        try headers.set("X", "2")
        #expect(headers.values(of: "X") == ["2"])
    }

    @Test func whatIsReadIsWrittenAndReadAgainTheSame() {
        var random = SeededGenerator.announced()
        let seed = Array("NATS/1.0 503 No\r\nA: 1\r\nB:  \t2 \nA: 3\r\n\r\n".utf8)
        for _ in 0..<10_000 {
            var bytes = seed
            for _ in 0...Int.random(in: 0...2, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random) : bytes[Int.random(in: 0..<bytes.count, using: &random)]
            }
            guard let headers = try? Headers(block: bytes) else { continue }
            #expect((try? Headers(block: headers.block))?.fields == headers.fields)
        }
    }
}

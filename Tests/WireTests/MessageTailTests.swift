import TestSupport
import Testing
import Wire

@Suite struct MessageTailTests {
    /// The tail of the one command in a text: as it stands there, or nil where it has to be written anew.
    private func tail(_ text: String) throws -> (found: String?, written: String) {
        let bytes = Array(text.utf8)
        guard case .command(let command, _) = CommandParser().parse(bytes.span, at: 0) else {
            throw NoCommand(text: text)
        }
        let range = command.tail
        let found = range.isEmpty ? nil : String(decoding: bytes[range.start..<range.end], as: UTF8.self)
        let (written, start) = MessageTail.bytes(
            reply: bytes.span.extracting(command.option.start..<command.option.end),
            headerCount: command.headerCount,
            payload: bytes.span.extracting(command.payload.start..<command.payload.end))
        #expect(written[start...].dropLast(2).elementsEqual(bytes[command.payload.start..<command.payload.end]))
        return (found, String(decoding: written, as: UTF8.self))
    }

    private struct NoCommand: Error {
        let text: String
    }

    @Test(arguments: [
        ("PUB a 0\r\n\r\n", "0\r\n\r\n"), ("PUB a.b 5\r\nhello\r\n", "5\r\nhello\r\n"),
        ("PUB a.b r.1 5\r\nhello\r\n", "r.1 5\r\nhello\r\n"),
        ("HPUB a 12 12\r\nNATS/1.0\r\n\r\n\r\n", "12 12\r\nNATS/1.0\r\n\r\n\r\n"),
        ("HPUB a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n", "r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n"),
    ])
    func plainFormIsHandedOnAsItIs(_ text: String, _ expected: String) throws {
        let tail = try tail(text)
        #expect(tail.found == expected && tail.written == expected)
    }

    @Test(arguments: [
        "PUB   a 1\r\n1\r\n", "pub\ta 10\r\n0123456789\r\n", "PUB a 5\nhello\r\n", "PUB a  5\r\nhello\r\n",
        "PUB a 5 \r\nhello\r\n", "PUB a 05\r\nhello\r\n",
        "PUB a 005\nhello\r\n", "PUB a r\t5\r\nhello\r\n", "PUB a r  5\r\nhello\r\n", "PUB a r 5\nhello\r\n",
        "PUB a\tr 05\nhello\r\n", "HPUB a 12\t12\r\nNATS/1.0\r\n\r\n\r\n", "HPUB a 12  12\r\nNATS/1.0\r\n\r\n\r\n",
        "HPUB a r\t12 12\r\nNATS/1.0\r\n\r\n\r\n", "HPUB a 012 12\nNATS/1.0\r\n\r\n\r\n",
        "HPUB a 12 012\nNATS/1.0\r\n\r\n\r\n",
    ])
    func otherFormsAreWrittenAnew(_ text: String) throws {
        let tail = try tail(text)
        #expect(tail.found == nil && !tail.written.contains("\t"))
    }

    /// Whatever blanks, zeros and line ends a client uses: what is found in place is what would be written.
    @Test func inPlaceOrAnewIsTheSame() throws {
        var generator = SeededGenerator.announced()
        var found = 0
        for _ in 0..<20_000 {
            let blanks = (0..<5).map { _ in [" ", " ", " ", "  ", "\t"].randomElement(using: &generator) ?? " " }
            let body = String(repeating: "x", count: Int.random(in: 0...120, using: &generator))
            let zeros = [String](repeating: "", count: 6) + ["0", "00"]
            let (zero, other) = (
                zeros.randomElement(using: &generator) ?? "", zeros.randomElement(using: &generator) ?? ""
            )
            let end = ["\r\n", "\r\n", "\r\n", "\n", " \r\n"].randomElement(using: &generator) ?? "\n"
            let reply = Bool.random(using: &generator) ? "reply.1\(blanks[2])" : ""
            let text: String
            if Bool.random(using: &generator) {
                text = "PUB\(blanks[0])a.b\(blanks[1])\(reply)\(zero)\(body.count)\(end)\(body)\r\n"
            } else {
                let block = "NATS/1.0\r\n\r\n"
                text =
                    "HPUB\(blanks[0])a.b\(blanks[1])\(reply)\(other)12\(blanks[3])\(zero)\(12 + body.count)\(end)\(block)\(body)\r\n"
            }
            let tail = try tail(text)
            if let inPlace = tail.found {
                found += 1
                #expect(inPlace == tail.written)
            }
        }
        #expect(found > 1_000)
    }
}

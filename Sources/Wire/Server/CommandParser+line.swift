// Control lines: a verb, blanks, arguments, a line end.

extension CommandParser {
    enum LineReading {
        /// Worth looking again when so many bytes are there.
        case incomplete(count: Int)
        case fault(ProtocolFault)
        /// A whole line, and the place behind it. A publish has the length of its payload, and it is one that may come.
        case line(Command, next: Int)
    }

    /// What follows a verb.
    private enum Form {
        /// A blank, then arguments.
        case arguments
        /// Arguments, behind blanks or at once.
        case text
        /// Nothing that counts: everything up to the line feed is passed over.
        case nothing
    }

    /// Reads the control line that begins at `start`.
    func readLine(_ bytes: Span<UInt8>, at start: Int) -> LineReading {
        guard start < bytes.count else { return .incomplete(count: 1) }
        switch bytes[start] & 0xDF {
        case UInt8(ascii: "P"):
            guard start + 1 < bytes.count else { return .incomplete(count: 2) }
            switch bytes[start + 1] & 0xDF {
            case UInt8(ascii: "U"): return read("PUB", .publish, .arguments, bytes, at: start)
            case UInt8(ascii: "I"): return read("PING", .ping, .nothing, bytes, at: start)
            default: return read("PONG", .pong, .nothing, bytes, at: start)
            }
        case UInt8(ascii: "H"): return read("HPUB", .publish, .arguments, bytes, at: start)
        case UInt8(ascii: "S"): return read("SUB", .subscribe, .arguments, bytes, at: start)
        case UInt8(ascii: "U"): return read("UNSUB", .unsubscribe, .arguments, bytes, at: start)
        case UInt8(ascii: "C"): return read("CONNECT", .connect, .text, bytes, at: start)
        case UInt8(ascii: "I"): return read("INFO", .information, .text, bytes, at: start)
        default: break
        }
        switch bytes[start] {
        case UInt8(ascii: "+"): return read("+OK", .ok, .nothing, bytes, at: start)
        case UInt8(ascii: "-"): return read("-ERR", .error, .arguments, bytes, at: start)
        default: return .fault(.unknownOperation)
        }
    }

    /// - Parameter word: the verb in capital letters; letters count in either case.
    private func read(
        _ word: StaticString, _ verb: Command.Verb, _ form: Form, _ bytes: Span<UInt8>, at start: Int
    ) -> LineReading {
        let count = word.utf8CodeUnitCount
        let there = min(count, bytes.count - start)
        for index in 0..<there {
            let wanted = word.utf8Start[index]
            let byte = bytes[start + index]
            guard byte == wanted || (wanted >= 0x41 && byte & 0xDF == wanted) else { return .fault(.unknownOperation) }
        }
        guard there == count else { return .incomplete(count: there + 1) }
        let behind = start + count
        switch form {
        case .nothing:
            let limit = min(bytes.count, behind + maximumControlLine + 2)
            var end = behind
            while end < limit, bytes[end] != 0x0A { end += 1 }
            if end < limit { return .line(Command(verb), next: end + 1) }
            return end == behind + maximumControlLine + 2
                ? .fault(.controlLineTooLong) : .incomplete(count: end - start + 1)
        case .arguments:
            guard behind < bytes.count else { return .incomplete(count: count + 1) }
            guard isBlank(bytes[behind]) else { return .fault(.unknownOperation) }
            return readArguments(verb, bytes, from: behind, start: start, hasHeaders: count == 4)
        case .text:
            return readArguments(verb, bytes, from: behind, start: start, hasHeaders: false)
        }
    }

    /// Finds the arguments. The first byte behind the blanks is one of theirs, whatever it is; a carriage return behind it
    /// takes the line's last byte with it, which is the return itself wherever lines end as they should.
    private func readArguments(
        _ verb: Command.Verb, _ bytes: Span<UInt8>, from behind: Int, start: Int, hasHeaders: Bool
    ) -> LineReading {
        var from = behind
        let lastBlank = min(bytes.count, behind + maximumControlLine + 1)
        while from < lastBlank, isBlank(bytes[from]) { from += 1 }
        guard from < behind + maximumControlLine + 1 else { return .fault(.controlLineTooLong) }
        guard from < bytes.count else { return .incomplete(count: from - start + 1) }
        var end = from + 1
        var hasReturn = false
        let limit = min(bytes.count, from + maximumControlLine + 2)
        while end < limit, bytes[end] != 0x0A {
            if bytes[end] == 0x0D { hasReturn = true }
            end += 1
        }
        let isWhole = end < limit
        let count = end - from - (hasReturn ? 1 : 0)
        guard count <= maximumControlLine, isWhole || end < from + maximumControlLine + 2 else {
            return .fault(.controlLineTooLong)
        }
        guard isWhole else { return .incomplete(count: end - start + 1) }
        return read(verb, bytes, ByteRange(start: from, count: count), next: end + 1, hasHeaders: hasHeaders)
    }

    private func read(
        _ verb: Command.Verb, _ bytes: Span<UInt8>, _ range: ByteRange, next: Int, hasHeaders: Bool
    ) -> LineReading {
        switch verb {
        case .publish: return readPublish(bytes, range, next: next, hasHeaders: hasHeaders)
        case .subscribe: return readSubscribe(bytes, range, next: next)
        case .unsubscribe: return readUnsubscribe(bytes, range, next: next)
        case .connect, .information, .error, .ok, .ping, .pong:
            var command = Command(verb)
            command.argument = range
            return .line(command, next: next)
        }
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}

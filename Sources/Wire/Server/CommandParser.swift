/// Reads the commands that a client sends, in place.
///
/// The parser keeps no state: it looks at one command from its start, so a command that arrives in pieces is looked at
/// again when more of it is there. A control line is short by its limit, and for a payload that is under way
/// ``ParsedCommand/incomplete(count:)`` says how much to wait for, so that looking again stays cheap.
public struct CommandParser: Sendable {
    /// The most bytes of a control line's arguments: from the first one that is no blank to the line's end.
    public var maximumControlLine: Int
    /// The most bytes of a payload, headers included.
    public var maximumPayload: Int

    /// Whether the client may publish headers: `HPUB` is a fault where it may not.
    public var acceptsHeaders: Bool

    /// The most digits in a length: everything under 1 GB, so that no sum can overflow.
    static let maximumLengthDigits = 9

    public init(maximumControlLine: Int = 4096, maximumPayload: Int = 1 << 20, acceptsHeaders: Bool = true) {
        self.maximumControlLine = maximumControlLine
        self.maximumPayload = maximumPayload
        self.acceptsHeaders = acceptsHeaders
    }

    /// Looks at the command that begins at `start`.
    public func parse(_ bytes: Span<UInt8>, at start: Int) -> ParsedCommand {
        if let (command, end) = parsePlainPublish(bytes, at: start) { return .command(command, end: end) }
        switch readLine(bytes, at: start) {
        case .incomplete(let count): return .incomplete(count: count)
        case .fault(let fault): return .fault(fault)
        case .line(let command, let next):
            guard command.verb == .publish else { return .command(command, end: next) }
            return readPayload(bytes, of: command, from: start, at: next)
        }
    }

    /// The subject of the `PUB` or `HPUB` whose control line begins at `start`, whether or not its payload is there; nil
    /// where there is no such line, or not all of it.
    public func publishedSubject(_ bytes: Span<UInt8>, at start: Int) -> ByteRange? {
        guard case .line(let command, _) = readLine(bytes, at: start), command.verb == .publish else { return nil }
        return command.argument
    }

    private func readPayload(
        _ bytes: Span<UInt8>, of command: Command, from start: Int, at next: Int
    ) -> ParsedCommand {
        var command = command
        command.payload.start = next
        let end = next + command.payload.count
        let whole = end + 2
        guard whole <= bytes.count else {
            // What is behind the payload can only be its line end, and is looked at as soon as it is there.
            guard bytes.count > end else { return .incomplete(count: end + 1 - start) }
            return bytes[end] == 0x0D ? .incomplete(count: whole - start) : .fault(.unknownOperation)
        }
        guard bytes[end] == 0x0D, bytes[end + 1] == 0x0A else { return .fault(.unknownOperation) }
        return .command(command, end: whole)
    }

    // MARK: The usual form of a publish

    /// Reads a whole `PUB` or `HPUB` in plain form in one pass: capital letters, single blanks, numbers without zeros before
    /// them, CR LF. Nil for everything else, which is looked at more closely.
    @inline(__always)
    private func parsePlainPublish(_ bytes: Span<UInt8>, at start: Int) -> (Command, end: Int)? {
        guard bytes.count - start > 8 else { return nil }
        var position = start
        let hasHeaders = bytes[position] == UInt8(ascii: "H")
        if hasHeaders {
            guard acceptsHeaders else { return nil }
            position += 1
        }
        guard bytes[position] == UInt8(ascii: "P"), bytes[position + 1] == UInt8(ascii: "U"),
            bytes[position + 2] == UInt8(ascii: "B"), bytes[position + 3] == 0x20
        else { return nil }
        position += 4
        let lineLimit = min(bytes.count, position + maximumControlLine)

        var command = Command(.publish)
        command.argument.start = position
        while position < lineLimit, bytes[position] > 0x20 { position += 1 }
        command.argument.count = position - command.argument.start
        guard command.argument.count > 0, position < lineLimit, bytes[position] == 0x20 else { return nil }
        position += 1
        let tail = position

        // One word, or with headers two, and before them perhaps a reply subject.
        var words = (first: plainWord(bytes, &position, lineLimit), second: PlainWord(), third: PlainWord())
        var count = 1
        while position < lineLimit, bytes[position] == 0x20, count < 3 {
            position += 1
            let word = plainWord(bytes, &position, lineLimit)
            if count == 1 { words.second = word } else { words.third = word }
            count += 1
        }
        guard position + 1 < bytes.count, bytes[position] == 0x0D, bytes[position + 1] == 0x0A else { return nil }
        position += 2
        let numbers = hasHeaders ? 2 : 1
        guard count == numbers || count == numbers + 1 else { return nil }
        if count > numbers {
            guard words.first.range.count > 0 else { return nil }
            command.option = words.first.range
            words = (words.second, words.third, PlainWord())
        }
        guard let first = words.first.number else { return nil }
        var total = first
        if hasHeaders {
            guard let second = words.second.number, first > 0, first <= second else { return nil }
            command.headerCount = first
            total = second
        }
        guard total <= maximumPayload, bytes.count - position >= total + 2, bytes[position + total] == 0x0D,
            bytes[position + total + 1] == 0x0A
        else { return nil }
        command.payload = ByteRange(start: position, count: total)
        command.tail = ByteRange(start: tail, count: position + total + 2 - tail)
        return (command, position + total + 2)
    }

    /// A word of a control line, and the number that it may be.
    private struct PlainWord {
        var range = ByteRange.none
        /// Nil where it is none, has zeros before it or more digits than a length may have.
        var number: Int?
    }

    /// Reads up to the next blank or control character.
    @inline(__always)
    private func plainWord(_ bytes: Span<UInt8>, _ position: inout Int, _ limit: Int) -> PlainWord {
        let start = position
        var value = 0
        var isNumber = true
        while position < limit, bytes[position] > 0x20 {
            let digit = bytes[position] &- 0x30
            if digit <= 9 {
                value = value &* 10 &+ Int(digit)
            } else {
                isNumber = false
            }
            position += 1
        }
        let count = position - start
        guard isNumber, count > 0, count <= Self.maximumLengthDigits, count == 1 || bytes[start] != 0x30 else {
            return PlainWord(range: ByteRange(start: start, count: count))
        }
        return PlainWord(range: ByteRange(start: start, count: count), number: value)
    }
}

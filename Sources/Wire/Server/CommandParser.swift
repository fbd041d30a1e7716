/// Reads the commands that a client sends, in place.
///
/// The parser keeps no state: it looks at one command from its start, so a command that arrives in pieces is looked at
/// again when more of it is there. A control line is short by its limit, and for a payload that is under way
/// ``ParsedCommand/incomplete(count:)`` says how much to wait for, so that looking again stays cheap.
public struct CommandParser: Sendable {
    /// The most bytes of a control line's arguments: what follows the verb and its blank.
    public var maximumControlLine: Int
    /// The most bytes of a payload, headers included.
    public var maximumPayload: Int

    /// The most digits in a length: everything under 1 GB, so that no sum can overflow.
    static let maximumLengthDigits = 9

    /// `CONNECT`.
    static let longestVerb = 7

    public init(maximumControlLine: Int = 4096, maximumPayload: Int = 1 << 20) {
        self.maximumControlLine = maximumControlLine
        self.maximumPayload = maximumPayload
    }

    /// Looks at the command that begins at `start`.
    public func parse(_ bytes: Span<UInt8>, at start: Int) -> ParsedCommand {
        if let (command, end) = parsePlainPublish(bytes, at: start) { return .command(command, end: end) }
        // The limit is on the arguments; the verb, its blank and a carriage return come on top.
        let limit = min(bytes.count, start + Self.longestVerb + 2 + maximumControlLine)
        var end = start
        while end < limit, bytes[end] != 0x0A { end += 1 }
        if end == limit {
            if end == start + Self.longestVerb + 2 + maximumControlLine { return .fault(lineTooLong(bytes, at: start)) }
            return isHopeless(bytes, from: start, to: end)
                ? .fault(.unknownOperation) : .incomplete(count: end - start + 1)
        }
        let next = end + 1
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return parseLine(bytes, from: start, to: end, next: next)
    }

    // MARK: The usual form of a publish

    /// Reads a whole `PUB` or `HPUB` in plain form in one pass: capital letters, single blanks, numbers without zeros before
    /// them, CR LF. Nil for everything else, which is looked at more closely.
    @inline(__always)
    private func parsePlainPublish(_ bytes: Span<UInt8>, at start: Int) -> (Command, end: Int)? {
        guard bytes.count - start > 8 else { return nil }
        var position = start
        let hasHeaders = bytes[position] == UInt8(ascii: "H")
        if hasHeaders { position += 1 }
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

    /// An over-long line that is no command at all is called what it is.
    private func lineTooLong(_ bytes: Span<UInt8>, at start: Int) -> ProtocolFault {
        isHopeless(bytes, from: start, to: start + Self.longestVerb) ? .unknownOperation : .controlLineTooLong
    }

    /// Whether the beginning of a line already shows that no verb can come of it, so that rubbish without a line end is
    /// refused at once instead of being waited on.
    private func isHopeless(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        guard start < end else { return false }
        switch bytes[start] & 0xDF {
        case UInt8(ascii: "C"), UInt8(ascii: "P"), UInt8(ascii: "H"), UInt8(ascii: "S"), UInt8(ascii: "U"),
            UInt8(ascii: "I"):
            return false
        default:
            return bytes[start] != UInt8(ascii: "+") && bytes[start] != UInt8(ascii: "-")
        }
    }

    private func parseLine(_ bytes: Span<UInt8>, from start: Int, to end: Int, next: Int) -> ParsedCommand {
        var verbEnd = start
        while verbEnd < end, !isBlank(bytes[verbEnd]) { verbEnd += 1 }
        guard let verb = verb(bytes, from: start, to: verbEnd) else { return .fault(.unknownOperation) }
        guard end - verbEnd - 1 <= maximumControlLine else { return .fault(.controlLineTooLong) }
        switch verb {
        case .publish:
            return parsePublish(
                bytes, from: verbEnd, to: end, next: next, start: start, hasHeaders: verbEnd - start == 4)
        case .subscribe:
            return parseSubscribe(bytes, from: verbEnd, to: end, next: next)
        case .unsubscribe:
            return parseUnsubscribe(bytes, from: verbEnd, to: end, next: next)
        case .connect:
            var command = Command(.connect)
            var from = verbEnd
            while from < end, isBlank(bytes[from]) { from += 1 }
            command.argument = ByteRange(start: from, count: end - from)
            return .command(command, end: next)
        case .ping, .pong, .ignored, .error:
            return .command(Command(verb), end: next)
        }
    }

    /// The verb, in either case of letters; nil for none.
    @inline(__always)
    private func verb(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Command.Verb? {
        // Letters lose their case bit; for `+` and `-` the comparison is with the same bit taken from them. The 1 in
        // front keeps NULs before a verb from passing for nothing.
        var word: UInt64 = 1
        guard end - start <= Self.longestVerb else { return nil }
        for index in start..<end { word = word << 8 | UInt64(bytes[index] & 0xDF) }
        switch word {
        case Self.word("PUB"), Self.word("HPUB"): return .publish
        case Self.word("SUB"): return .subscribe
        case Self.word("UNSUB"): return .unsubscribe
        case Self.word("PING"): return .ping
        case Self.word("PONG"): return .pong
        case Self.word("CONNECT"): return .connect
        case Self.word("INFO"): return .ignored
        case Self.word("+OK") where bytes[start] == UInt8(ascii: "+"): return .ignored
        case Self.word("-ERR") where bytes[start] == UInt8(ascii: "-"): return .error
        default: return nil
        }
    }

    @inline(__always)
    private static func word(_ text: StaticString) -> UInt64 {
        var word: UInt64 = 1
        text.withUTF8Buffer { for byte in $0 { word = word << 8 | UInt64(byte & 0xDF) } }
        return word
    }

    // MARK: Arguments

    /// Up to four arguments of a line. More are counted, not kept.
    private struct Arguments {
        var first = ByteRange.none
        var second = ByteRange.none
        var third = ByteRange.none
        var fourth = ByteRange.none
        var count = 0
    }

    @inline(__always)
    private func arguments(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Arguments {
        var result = Arguments()
        var from = start
        while true {
            while from < end, isBlank(bytes[from]) { from += 1 }
            if from == end { return result }
            var to = from
            while to < end, !isBlank(bytes[to]) { to += 1 }
            let range = ByteRange(start: from, count: to - from)
            switch result.count {
            case 0: result.first = range
            case 1: result.second = range
            case 2: result.third = range
            case 3: result.fourth = range
            default: break
            }
            result.count += 1
            from = to
        }
    }

    private func parsePublish(
        _ bytes: Span<UInt8>, from: Int, to end: Int, next: Int, start: Int, hasHeaders: Bool
    ) -> ParsedCommand {
        let arguments = arguments(bytes, from: from, to: end)
        var command = Command(.publish)
        command.argument = arguments.first
        let lengths: (header: ByteRange?, total: ByteRange)
        switch (hasHeaders, arguments.count) {
        case (false, 2): lengths = (nil, arguments.second)
        case (false, 3): (command.option, lengths) = (arguments.second, (nil, arguments.third))
        case (true, 3): lengths = (arguments.second, arguments.third)
        case (true, 4): (command.option, lengths) = (arguments.second, (arguments.third, arguments.fourth))
        default: return wrongArguments(from: from, to: end)
        }
        guard let total = length(bytes, lengths.total) else { return .fault(.malformedArguments) }
        if let header = lengths.header {
            guard let count = length(bytes, header), count <= total, count > 0 else {
                return .fault(.malformedArguments)
            }
            command.headerCount = count
        }
        guard total <= maximumPayload else { return .fault(.payloadTooLarge) }
        command.payload = ByteRange(start: next, count: total)

        let whole = next + total + 2
        guard whole <= bytes.count else {
            // What is already there behind the payload can only be its line end.
            if bytes.count > next + total, bytes[next + total] != 0x0D { return .fault(.unknownOperation) }
            return .incomplete(count: whole - start)
        }
        guard bytes[next + total] == 0x0D, bytes[next + total + 1] == 0x0A else { return .fault(.unknownOperation) }
        return .command(command, end: whole)
    }

    private func parseSubscribe(_ bytes: Span<UInt8>, from: Int, to end: Int, next: Int) -> ParsedCommand {
        let arguments = arguments(bytes, from: from, to: end)
        var command = Command(.subscribe)
        command.argument = arguments.first
        switch arguments.count {
        case 2: command.subscription = arguments.second
        case 3: (command.option, command.subscription) = (arguments.second, arguments.third)
        default: return wrongArguments(from: from, to: end)
        }
        return .command(command, end: next)
    }

    private func parseUnsubscribe(_ bytes: Span<UInt8>, from: Int, to end: Int, next: Int) -> ParsedCommand {
        let arguments = arguments(bytes, from: from, to: end)
        var command = Command(.unsubscribe)
        command.subscription = arguments.first
        switch arguments.count {
        case 1: break
        case 2:
            // A number that cannot be read means now, as no number does.
            command.maximum = length(bytes, arguments.second) ?? 0
        default: return wrongArguments(from: from, to: end)
        }
        return .command(command, end: next)
    }

    /// Too few or too many arguments. A verb that nothing follows, not even a blank, is no command at all.
    private func wrongArguments(from: Int, to end: Int) -> ParsedCommand {
        .fault(from == end ? .unknownOperation : .malformedArguments)
    }

    /// A decimal number of at most nine digits; nil for anything else.
    @inline(__always)
    private func length(_ bytes: Span<UInt8>, _ range: ByteRange) -> Int? {
        guard range.count > 0, range.count <= Self.maximumLengthDigits else { return nil }
        var value = 0
        for index in range.start..<range.end {
            let digit = bytes[index] &- 0x30
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}

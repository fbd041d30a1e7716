// The arguments of the commands that have some.

extension CommandParser {
    /// Up to four arguments of a line. More are counted, not kept.
    private struct Arguments {
        var first = ByteRange.none
        var second = ByteRange.none
        var third = ByteRange.none
        var fourth = ByteRange.none
        var count = 0
    }

    @inline(__always)
    private func arguments(_ bytes: Span<UInt8>, _ whole: ByteRange) -> Arguments {
        var result = Arguments()
        var from = whole.start
        while true {
            while from < whole.end, divides(bytes[from]) { from += 1 }
            if from == whole.end { return result }
            var to = from
            while to < whole.end, !divides(bytes[to]) { to += 1 }
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

    func readPublish(_ bytes: Span<UInt8>, _ range: ByteRange, next: Int, hasHeaders: Bool) -> LineReading {
        guard acceptsHeaders || !hasHeaders else { return .fault(.malformedArguments) }
        // A subject with a line end in it would end the line that its receivers are sent.
        for index in range.start..<range.end where isLineEnd(bytes[index]) { return .fault(.malformedArguments) }
        let arguments = arguments(bytes, range)
        var command = Command(.publish)
        command.argument = arguments.first
        let lengths: (header: ByteRange?, total: ByteRange)
        switch (hasHeaders, arguments.count) {
        case (false, 2): lengths = (nil, arguments.second)
        case (false, 3): (command.option, lengths) = (arguments.second, (nil, arguments.third))
        case (true, 3): lengths = (arguments.second, arguments.third)
        case (true, 4): (command.option, lengths) = (arguments.second, (arguments.third, arguments.fourth))
        default: return .fault(.malformedArguments)
        }
        guard let total = length(bytes, lengths.total) else { return .fault(.malformedArguments) }
        if let header = lengths.header {
            guard let count = length(bytes, header), count <= total else { return .fault(.malformedArguments) }
            command.headerCount = count
        }
        guard total <= maximumPayload else { return .fault(.payloadTooLarge) }
        command.payload.count = total
        return .line(command, next: next)
    }

    func readSubscribe(_ bytes: Span<UInt8>, _ range: ByteRange, next: Int) -> LineReading {
        let arguments = arguments(bytes, range)
        var command = Command(.subscribe)
        command.argument = arguments.first
        switch arguments.count {
        case 2: command.subscription = arguments.second
        case 3: (command.option, command.subscription) = (arguments.second, arguments.third)
        default: return .fault(.malformedArguments)
        }
        return .line(command, next: next)
    }

    func readUnsubscribe(_ bytes: Span<UInt8>, _ range: ByteRange, next: Int) -> LineReading {
        let arguments = arguments(bytes, range)
        var command = Command(.unsubscribe)
        command.subscription = arguments.first
        switch arguments.count {
        case 1: break
        case 2:
            // A number that cannot be read means now, as no number does.
            command.maximum = length(bytes, arguments.second) ?? 0
        default: return .fault(.malformedArguments)
        }
        return .line(command, next: next)
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

    /// Whether a byte stands between arguments. What is left of line ends in a line does too.
    @inline(__always)
    private func divides(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || isLineEnd(byte)
    }

    @inline(__always)
    private func isLineEnd(_ byte: UInt8) -> Bool {
        byte == 0x0D || byte == 0x0A
    }
}

/// Reads what a server sends, from bytes that may arrive in any pieces.
///
/// Feed it with ``append(_:)`` and call ``next()`` until that returns nil. What it keeps in between is bounded by the
/// limits: part of a line, or a message that is not whole yet. After an error every further call throws the same one.
public struct ServerStreamParser: Sendable {
    public struct Limits: Sendable, Hashable {
        /// The most bytes of an `INFO` line. A large cluster's list of addresses makes it long.
        public var infoLine: Int
        /// The most bytes of any other line.
        public var controlLine: Int
        /// The most bytes of a message, headers included.
        public var payload: Int

        public init(infoLine: Int = 1 << 20, controlLine: Int = 1 << 16, payload: Int = 1 << 26) {
            self.infoLine = infoLine
            self.controlLine = controlLine
            self.payload = payload
        }
    }

    private enum State: Sendable {
        case line
        /// The message's line is read; `headers` of its `total` bytes are the header block.
        case payload(MessageFrame, headers: Int, total: Int)
        case failed(ServerStreamError)
    }

    public let limits: Limits
    private var state = State.line
    private var buffer: [UInt8] = []
    /// Where the part of `buffer` begins that is not used up.
    private var start = 0
    /// Up to where that part was searched for a line end: a line in many pieces is not searched again and again.
    private var searched = 0

    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether nothing is kept that was not given back as an operation.
    public var isEmpty: Bool {
        guard case .line = state else { return false }
        return start == buffer.count
    }

    /// Takes bytes as they came.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        if case .failed = state { return }
        if start > 0 {
            // What is left is less than one operation, or the caller did not drain: either way, moved once per append.
            buffer.removeFirst(start)
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole operation; nil when more bytes are needed.
    ///
    /// - Throws: ``ServerStreamError`` when the stream is not the protocol or breaks a limit.
    public mutating func next() throws(ServerStreamError) -> ServerOperation? {
        do throws(ServerStreamError) {
            switch state {
            case .failed(let error): throw error
            case .line: return try nextLine()
            case .payload(let frame, let headers, let total): return try finish(frame, headers: headers, total: total)
            }
        } catch {
            state = .failed(error)
            buffer = []
            (start, searched) = (0, 0)
            throw error
        }
    }

    // MARK: Lines

    private mutating func nextLine() throws(ServerStreamError) -> ServerOperation? {
        guard start < buffer.count else { return nil }
        let limit = buffer[start] & 0xDF == UInt8(ascii: "I") ? limits.infoLine : limits.controlLine
        searched = max(searched, start)
        while searched < buffer.count, buffer[searched] != 0x0A { searched += 1 }
        guard searched - start <= limit else { throw .lineTooLong(limit) }
        guard searched < buffer.count else {
            guard mayBecomeAVerb() else { throw .unknownOperation }
            return nil
        }
        var end = searched
        if end > start, buffer[end - 1] == 0x0D { end -= 1 }
        let line = start..<end
        start = searched + 1
        return try operation(line)
    }

    /// Whether a line that is not whole can still be the protocol; something else that listens on the port is known by
    /// its first byte.
    private func mayBecomeAVerb() -> Bool {
        switch buffer[start] & 0xDF {
        case UInt8(ascii: "I"), UInt8(ascii: "M"), UInt8(ascii: "H"), UInt8(ascii: "P"): true
        default: buffer[start] == UInt8(ascii: "+") || buffer[start] == UInt8(ascii: "-")
        }
    }

    private mutating func operation(_ line: Range<Int>) throws(ServerStreamError) -> ServerOperation? {
        var verbEnd = line.lowerBound
        while verbEnd < line.upperBound, !isBlank(buffer[verbEnd]) { verbEnd += 1 }
        let arguments = verbEnd..<line.upperBound
        switch verb(line.lowerBound..<verbEnd) {
        case "MSG": return try message(arguments, hasHeaders: false)
        case "HMSG": return try message(arguments, hasHeaders: true)
        case "INFO": return .info(Array(buffer[trimmed(arguments)]))
        case "PING": return .ping
        case "PONG": return .pong
        case "+OK": return .ok
        case "-ERR": return .error(errorText(arguments))
        default: throw .unknownOperation
        }
    }

    /// The verb in capital letters; empty for what is too long to be one.
    private func verb(_ range: Range<Int>) -> String {
        guard range.count <= 4 else { return "" }
        let letters = buffer[range].map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 }
        return String(decoding: letters, as: UTF8.self)
    }

    private func errorText(_ arguments: Range<Int>) -> String {
        let quote = UInt8(ascii: "'")
        var range = trimmed(arguments)
        if range.count >= 2, buffer[range.lowerBound] == quote, buffer[range.upperBound - 1] == quote {
            range = (range.lowerBound + 1)..<(range.upperBound - 1)
        }
        return text(range)
    }

    // MARK: Messages

    private mutating func message(_ range: Range<Int>, hasHeaders: Bool) throws(ServerStreamError) -> ServerOperation? {
        let verb = hasHeaders ? "HMSG" : "MSG"
        var words = words(range)
        let numbers = hasHeaders ? 2 : 1
        guard words.count == numbers + 2 || words.count == numbers + 3 else { throw .malformedArguments(verb) }
        guard let total = number(words.removeLast()), let subscription = number(words[1]) else {
            throw .malformedArguments(verb)
        }
        var headers: UInt64 = 0
        if hasHeaders {
            guard let count = number(words.removeLast()), count <= total else { throw .malformedArguments(verb) }
            headers = count
        }
        guard let count = Int(exactly: total), count <= limits.payload else {
            throw .payloadTooLarge(Int(clamping: total), limit: limits.payload)
        }
        let frame = MessageFrame(
            subject: text(words[0]), subscription: subscription, reply: words.count == 3 ? text(words[2]) : nil)
        return try finish(frame, headers: Int(headers), total: count)
    }

    /// Takes the payload that follows a message's line, or remembers to do so.
    private mutating func finish(
        _ frame: MessageFrame, headers: Int, total: Int
    ) throws(ServerStreamError) -> ServerOperation? {
        let available = buffer.count - start
        if available > total {
            guard buffer[start + total] == 0x0D else { throw .missingLineEnd }
        }
        guard available >= total + 2 else {
            state = .payload(frame, headers: headers, total: total)
            return nil
        }
        guard buffer[start + total + 1] == 0x0A else { throw .missingLineEnd }
        var frame = frame
        frame.headerBlock = Array(buffer[start..<(start + headers)])
        frame.payload = Array(buffer[(start + headers)..<(start + total)])
        start += total + 2
        searched = start
        state = .line
        return .message(frame)
    }

    // MARK: Words

    private func words(_ range: Range<Int>) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var from = range.lowerBound
        // One more than any verb has is enough to see that there are too many.
        while words.count < 6 {
            while from < range.upperBound, isBlank(buffer[from]) { from += 1 }
            guard from < range.upperBound else { break }
            var to = from
            while to < range.upperBound, !isBlank(buffer[to]) { to += 1 }
            words.append(from..<to)
            from = to
        }
        return words
    }

    /// A decimal number without sign; nil for anything else and for what does not fit.
    private func number(_ range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for byte in buffer[range] {
            let digit = byte &- 0x30
            guard digit <= 9 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return range.isEmpty ? nil : value
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while let first = range.first, isBlank(buffer[first]) { range = (first + 1)..<range.upperBound }
        while let last = range.last, isBlank(buffer[last]) { range = range.lowerBound..<last }
        return range
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: buffer[range], as: UTF8.self)
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}

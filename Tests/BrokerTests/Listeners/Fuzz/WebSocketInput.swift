@testable import Broker

/// What must hold for any bytes that a client sends on a WebSocket.
enum WebSocketInput {
    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        // The first byte says how the rest comes.
        guard let first = input.first else { return nil }
        let bytes = Array(input.dropFirst())
        let requiresMask = first & 0x80 == 0
        let whole = read(bytes, requiresMask: requiresMask, pieces: [bytes.count])
        if let fault = whole.fault { return fault }
        let size = Int(first & 0x3F) + 1
        let pieces = Array(repeating: size, count: bytes.count / size) + [bytes.count % size]
        let parts = read(bytes, requiresMask: requiresMask, pieces: pieces)
        if let fault = parts.fault { return fault }
        guard whole.heard == parts.heard else { return "what is read depends on the pieces it came in" }
        guard whole.heard == plain(bytes, requiresMask: requiresMask) else {
            return "what is read is not what the frames say"
        }
        return nil
    }

    /// What was understood: the messages' bytes, and the control frames between them.
    private struct Heard: Equatable {
        enum Word: Equatable {
            case data([UInt8])
            case ping([UInt8])
            case close([UInt8])
            case fault
        }

        var words: [Word] = []

        mutating func add(_ bytes: [UInt8]) {
            guard !bytes.isEmpty else { return }
            if case .data(let before)? = words.last {
                words[words.count - 1] = .data(before + bytes)
            } else {
                words.append(.data(bytes))
            }
        }
    }

    private static func read(
        _ bytes: [UInt8], requiresMask: Bool, pieces: [Int]
    ) -> (heard: Heard, fault: String?) {
        var frames = WebSocketFrames(requiresMask: requiresMask)
        var heard = Heard()
        var kept: [UInt8] = []
        var start = 0
        for piece in pieces {
            var arrived = kept + bytes[start..<start + piece]
            start += piece
            var position = 0
            reading: while true {
                var span = arrived.mutableSpan
                let (event, end) = frames.next(&span, at: position)
                guard end >= position, end <= arrived.count else { return (heard, "a frame ends outside of what came") }
                position = end
                switch event {
                case .incomplete: break reading
                case .payload(let range):
                    guard !range.isEmpty else { return (heard, "nothing is handed on") }
                    heard.add(Array(arrived[range]))
                case .ping(let range): heard.words.append(.ping(Array(arrived[range])))
                case .pong: break
                case .close(let range):
                    heard.words.append(.close(Array(arrived[range])))
                    return (heard, nil)
                case .fault:
                    heard.words.append(.fault)
                    return (heard, nil)
                }
            }
            kept = Array(arrived[position...])
            guard kept.count < WebSocketFrames.mostKept else { return (heard, "more is kept than a control frame") }
        }
        return (heard, nil)
    }

    /// The same by another road: frame by frame, byte by byte, out of everything at once.
    private static func plain(_ bytes: [UInt8], requiresMask: Bool) -> Heard {
        var heard = Heard()
        var place = 0
        var isInMessage = false
        func number(_ start: Int, _ count: Int) -> UInt64 {
            bytes[start..<start + count].reduce(0) { $0 << 8 | UInt64($1) }
        }
        while bytes.count - place >= 2 {
            let kind = bytes[place] & 0x0F
            let isFinal = bytes[place] >= 0x80
            let isMasked = bytes[place + 1] >= 0x80
            let short = bytes[place + 1] % 0x80
            let isControl = kind >= 8
            let isWrong =
                bytes[place] & 0x70 > 0 || !(0...2).contains(kind) && !(8...10).contains(kind)
                || isControl && (short > 125 || !isFinal) || !isControl && isInMessage == (kind > 0)
                || requiresMask && !isMasked
            if isWrong {
                heard.words.append(.fault)
                return heard
            }
            let long = short == 126 ? 2 : short == 127 ? 8 : 0
            guard bytes.count - place >= 2 + long + (isMasked ? 4 : 0) else { break }
            let size = long > 0 ? number(place + 2, long) : UInt64(short)
            if size > UInt64(Int64.max) {
                heard.words.append(.fault)
                return heard
            }
            place += 2 + long
            let mask = isMasked ? Array(bytes[place..<place + 4]) : [0, 0, 0, 0]
            if isMasked { place += 4 }
            let there = min(Int(size), bytes.count - place)
            let payload = (0..<there).map { bytes[place + $0] ^ mask[$0 % 4] }
            if isControl, there < Int(size) { break }
            place += there
            switch kind {
            case 8:
                heard.words.append(.close(payload))
                return heard
            case 9: heard.words.append(.ping(payload))
            case 10: break
            default:
                heard.add(payload)
                isInMessage = !isFinal
            }
        }
        return heard
    }
}

/// Reads the frames that a client sends over a WebSocket (RFC 6455), and takes the masks off in place. A value without
/// sockets: it is handed whatever has arrived, in pieces of any size, and what it says does not depend on the pieces.
struct WebSocketFrames {
    enum Event: Hashable {
        /// There is nothing more here; so many bytes from where reading began are kept and come again, with more behind.
        case incomplete
        /// A stretch of a message, which is to be read on where the last one ended: frames are none of its business.
        case payload(Range<Int>)
        case ping(Range<Int>)
        case pong
        /// The client says goodbye, with a code and words.
        case close(Range<Int>)
        case fault(Fault)
    }

    enum Fault: Hashable {
        case reservedBits
        case compressed
        case unknownKind(UInt8)
        case noMask
        case longControlFrame
        case splitControlFrame
        case newMessageInside
        case nothingToContinue
        case tooLong

        /// What the client is told in the close frame: nats-server's words.
        var words: String {
            switch self {
            case .reservedBits: "RSV2 and RSV3 must be clear"
            case .compressed: "compressed frame received without negotiated permessage-deflate"
            case .unknownKind(let kind): "unknown opcode \(kind)"
            case .noMask: "mask bit missing"
            case .longControlFrame: "control frame length bigger than maximum allowed of 125 bytes"
            case .splitControlFrame: "control frame does not have final bit set"
            case .newMessageInside: "new message started before final frame for previous message was received"
            case .nothingToContinue: "invalid continuation frame"
            case .tooLong: "invalid 64-bit payload length"
            }
        }
    }

    private enum Kind: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    private struct Header {
        let kind: Kind
        let isFinal: Bool
        let count: Int
        /// Its first byte in the lowest bits; 0 for none.
        let mask: UInt32
        /// Where the payload begins.
        let end: Int
    }

    private enum HeaderReading {
        case incomplete
        case header(Header)
        case fault(Fault)
    }

    /// The longest that a header is, and the longest control frame's payload: more is never kept.
    static let mostKept = 14 + 125

    private let requiresMask: Bool
    /// What is still to come of the present data frame.
    private var remaining = 0
    private var mask: UInt32 = 0
    /// Whether a message has begun and not ended.
    private var isInMessage = false

    /// - Parameter requiresMask: false only for a client with which going without masks has been agreed upon.
    init(requiresMask: Bool) {
        self.requiresMask = requiresMask
    }

    /// Reads on from a place: to the end of what is there of a data frame, or one whole control frame.
    ///
    /// - Returns: what was found, and where to read on.
    mutating func next(_ bytes: inout MutableSpan<UInt8>, at start: Int) -> (event: Event, end: Int) {
        var start = start
        while remaining == 0 {
            let header: Header
            switch readHeader(bytes, at: start) {
            case .incomplete: return (.incomplete, start)
            case .fault(let fault): return (.fault(fault), start)
            case .header(let found): header = found
            }
            if header.kind.isControl { return control(header, &bytes, at: start) }
            isInMessage = !header.isFinal
            remaining = header.count
            mask = header.mask
            start = header.end
        }
        let end = start + min(remaining, bytes.count - start)
        guard end > start else { return (.incomplete, start) }
        Self.unmask(&bytes, start..<end, mask)
        remaining -= end - start
        // The next byte takes up the mask where this one left it.
        let turned = UInt32(truncatingIfNeeded: (end - start) % 4) * 8
        mask = mask >> turned | mask << ((32 - turned) % 32)
        return (.payload(start..<end), end)
    }

    private func control(_ header: Header, _ bytes: inout MutableSpan<UInt8>, at start: Int) -> (event: Event, end: Int)
    {
        let end = header.end + header.count
        guard end <= bytes.count else { return (.incomplete, start) }
        Self.unmask(&bytes, header.end..<end, header.mask)
        switch header.kind {
        case .ping: return (.ping(header.end..<end), end)
        case .close: return (.close(header.end..<end), end)
        default: return (.pong, end)
        }
    }

    // MARK: Headers

    private func readHeader(_ bytes: borrowing MutableSpan<UInt8>, at start: Int) -> HeaderReading {
        guard bytes.count - start >= 2 else { return .incomplete }
        let (first, second) = (bytes[start], bytes[start + 1])
        // Extensions would use them, and none is agreed upon.
        guard first & 0x30 == 0 else { return .fault(.reservedBits) }
        guard first & 0x40 == 0 else { return .fault(.compressed) }
        let isMasked = second & 0x80 != 0
        guard isMasked || !requiresMask else { return .fault(.noMask) }
        guard let kind = Kind(rawValue: first & 0x0F) else { return .fault(.unknownKind(first & 0x0F)) }
        let isFinal = first & 0x80 != 0
        if let fault = fault(kind, isFinal: isFinal, short: second & 0x7F) { return .fault(fault) }
        let sizeCount =
            switch second & 0x7F {
            case 126: 2
            case 127: 8
            default: 0
            }
        let end = start + 2 + sizeCount + (isMasked ? 4 : 0)
        guard bytes.count >= end else { return .incomplete }
        var count = UInt64(second & 0x7F)
        if sizeCount > 0 {
            count = 0
            for place in start + 2..<start + 2 + sizeCount { count = count << 8 | UInt64(bytes[place]) }
        }
        guard count <= UInt64(Int.max) else { return .fault(.tooLong) }
        var mask: UInt32 = 0
        if isMasked {
            for place in (end - 4..<end).reversed() { mask = mask << 8 | UInt32(bytes[place]) }
        }
        return .header(
            Header(kind: kind, isFinal: isFinal, count: Int(count), mask: mask, end: end))
    }

    private func fault(_ kind: Kind, isFinal: Bool, short: UInt8) -> Fault? {
        switch kind {
        case .close, .ping, .pong:
            if short > 125 { return .longControlFrame }
            return isFinal ? nil : .splitControlFrame
        case .text, .binary:
            return isInMessage ? .newMessageInside : nil
        case .continuation:
            return isInMessage ? nil : .nothingToContinue
        }
    }

    /// Takes a mask off, eight bytes at a time as far as they go.
    private static func unmask(_ bytes: inout MutableSpan<UInt8>, _ range: Range<Int>, _ mask: UInt32) {
        guard mask != 0 else { return }
        bytes.withUnsafeMutableBytes { whole in
            let part = UnsafeMutableRawBufferPointer(rebasing: whole[range])
            let double = UInt64(mask) << 32 | UInt64(mask)
            var place = 0
            while place + 8 <= part.count {
                let word = UInt64(littleEndian: part.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ double
                part.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
                place += 8
            }
            while place < part.count {
                part[place] ^= UInt8(truncatingIfNeeded: mask >> (UInt32(place % 4) * 8))
                place += 1
            }
        }
    }

    // MARK: Writing

    /// The header of a whole binary message of so many bytes, as servers send it: without a mask.
    static func header(binary count: Int) -> [UInt8] { header(0x80 | Kind.binary.rawValue, count) }

    /// A pong with up to 125 bytes of payload.
    static func pong(_ payload: [UInt8]) -> [UInt8] {
        header(0x80 | Kind.pong.rawValue, min(payload.count, 125)) + payload.prefix(125)
    }

    /// A close frame with a code and words, or with nothing.
    static func close(_ code: UInt16?, _ words: String = "") -> [UInt8] {
        guard let code else { return header(0x80 | Kind.close.rawValue, 0) }
        let words = words.utf8.prefix(123)
        return header(0x80 | Kind.close.rawValue, 2 + words.count) + [UInt8(code >> 8), UInt8(code & 0xFF)] + words
    }

    private static func header(_ first: UInt8, _ count: Int) -> [UInt8] {
        if count < 126 { return [first, UInt8(count)] }
        if count <= 0xFFFF { return [first, 126, UInt8(count >> 8), UInt8(count & 0xFF)] }
        return [first, 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    }
}

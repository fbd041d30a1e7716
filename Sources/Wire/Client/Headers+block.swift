extension Headers {
    private static let version = Array("NATS/1.0".utf8)

    /// Reads a header block, from `NATS/1.0` to the empty line.
    ///
    /// Line ends may be CR LF or LF alone: whatever another reader would take for a header is one here too, so that
    /// removing a name removes it for everybody.
    ///
    /// - Parameter block: exactly the bytes that the message's line counts as headers.
    public init(block: [UInt8]) throws(HeadersError) {
        self.init()
        guard block.starts(with: Self.version) else { throw .missingVersion }
        var lines = Lines(bytes: block[Self.version.count...])
        guard let first = lines.next() else { throw .missingEnd }
        try readStatus(first)
        while let line = lines.next() {
            guard !line.isEmpty else {
                guard lines.rest.isEmpty else { throw .missingEnd }
                return
            }
            append(try Self.field(line))
        }
        throw .missingEnd
    }

    /// The block as it goes on the wire; empty when there are neither headers nor status.
    public var block: [UInt8] {
        guard !isEmpty else { return [] }
        var bytes = Self.version
        if let status {
            bytes += " \(status)".utf8
            if !statusDescription.isEmpty { bytes += " \(statusDescription)".utf8 }
        }
        bytes += [0x0D, 0x0A]
        for field in fields {
            bytes += field.name.utf8
            bytes += [UInt8(ascii: ":"), 0x20]
            bytes += field.bytes
            bytes += [0x0D, 0x0A]
        }
        bytes += [0x0D, 0x0A]
        return bytes
    }

    private mutating func readStatus(_ line: ArraySlice<UInt8>) throws(HeadersError) {
        let rest = Self.trimmed(line)
        guard !rest.isEmpty else { return }
        // `NATS/1.0503` is no version that anybody speaks.
        guard let gap = line.first, Self.isBlank(gap) else { throw .missingVersion }
        let digits = rest.prefix { !Self.isBlank($0) }
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .invalidStatus }
        let number = digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        guard number >= 100 else { throw .invalidStatus }
        status = number
        statusDescription = String(decoding: Self.trimmed(rest.dropFirst(3)), as: UTF8.self)
    }

    private static func field(_ line: ArraySlice<UInt8>) throws(HeadersError) -> Field {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .invalidLine }
        let name = line[..<colon]
        if let first = name.first, isBlank(first) { throw .invalidLine }
        guard isName(name) else { throw .invalidName }
        let value = trimmed(line[(colon + 1)...])
        guard isValue(value) else { throw .invalidValue }
        return Field(name: String(decoding: name, as: UTF8.self), bytes: Array(value))
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return bytes
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    /// The lines of a block, without their ends.
    private struct Lines {
        var rest: ArraySlice<UInt8>

        init(bytes: ArraySlice<UInt8>) {
            rest = bytes
        }

        /// The next line; nil when none is whole.
        mutating func next() -> ArraySlice<UInt8>? {
            guard let end = rest.firstIndex(of: 0x0A) else { return nil }
            var line = rest[..<end]
            rest = rest[(end + 1)...]
            if line.last == 0x0D { line.removeLast() }
            return line
        }
    }
}

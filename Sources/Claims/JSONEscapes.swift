/// The escapes of JSON strings.
enum JSONEscapes {
    /// An escape that is none, at an offset of the slice's base.
    struct Fault: Error {
        let offset: Int
    }

    /// The bytes that a string's content stands for. A lone surrogate becomes U+FFFD.
    static func resolve(_ content: Slice<UnsafeRawBufferPointer>) throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count)
        var index = content.startIndex
        while index < content.endIndex {
            let byte = content[index]
            index += 1
            guard byte == 0x5C else {
                bytes.append(byte)
                continue
            }
            guard index < content.endIndex else { throw Fault(offset: index) }
            let letter = content[index]
            index += 1
            switch letter {
            case 0x22, 0x5C, 0x2F: bytes.append(letter)
            case 0x62: bytes.append(0x08)
            case 0x66: bytes.append(0x0C)
            case 0x6E: bytes.append(0x0A)
            case 0x72: bytes.append(0x0D)
            case 0x74: bytes.append(0x09)
            case 0x75: bytes.append(contentsOf: Character(try scalar(content, &index)).utf8)
            default: throw Fault(offset: index - 1)
            }
        }
        return bytes
    }

    /// The scalar of the escape whose `u` was just read, together with a second escape if they are a pair.
    private static func scalar(
        _ content: Slice<UnsafeRawBufferPointer>, _ index: inout Int
    ) throws(Fault) -> Unicode.Scalar {
        let first = try unit(content, &index)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let afterFirst = index
        if first < 0xDC00, index + 1 < content.endIndex, content[index] == 0x5C, content[index + 1] == 0x75 {
            index += 2
            let second = try unit(content, &index)
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
            // The second escape stands for itself.
            index = afterFirst
        }
        return "\u{FFFD}"
    }

    private static func unit(_ content: Slice<UnsafeRawBufferPointer>, _ index: inout Int) throws(Fault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard index < content.endIndex, let digit = value(content[index]) else { throw Fault(offset: index) }
            unit = unit << 4 | digit
            index += 1
        }
        return unit
    }

    private static func value(_ digit: UInt8) -> UInt32? {
        switch digit {
        case 0x30...0x39: UInt32(digit) - 0x30
        case 0x61...0x66: UInt32(digit) - 0x57
        case 0x41...0x46: UInt32(digit) - 0x37
        default: nil
        }
    }
}

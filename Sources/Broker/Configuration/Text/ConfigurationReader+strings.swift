extension ConfigurationReader {
    /// A string in double quotes, in which a backslash escapes.
    mutating func readEscapedString() throws(ConfigurationError) -> String {
        let start = offset
        offset += 1
        var text: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return try self.text(text, from: start)
            case UInt8(ascii: "\\"):
                text.append(try readEscape())
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw unclosedQuote(at: start)
    }

    /// A string in single quotes, which is taken as it stands.
    mutating func readPlainString() throws(ConfigurationError) -> String {
        let start = offset
        offset += 1
        while let byte = peek, byte != UInt8(ascii: "'") { offset += 1 }
        guard peek != nil else { throw unclosedQuote(at: start) }
        offset += 1
        return String(decoding: bytes[(start + 1)..<(offset - 1)], as: UTF8.self)
    }

    /// A block in parentheses: everything up to a `)` that stands alone at the start of a line.
    mutating func readBlock() throws(ConfigurationError) -> String {
        let start = offset
        offset += 1
        while offset < bytes.count {
            if peek == UInt8(ascii: ")"), bytes[offset - 1] == 0x0A {
                let end = offset
                offset += 1
                if peek == 0x0D { offset += 1 }
                if peek == nil || peek == 0x0A { return String(decoding: bytes[(start + 1)..<end], as: UTF8.self) }
                offset = end
            }
            offset += 1
        }
        throw problem(
            .syntax, at: start, "this block is not closed",
            remedy: "write ) alone on the line behind it, without blanks")
    }

    /// One escape, at its backslash.
    mutating func readEscape() throws(ConfigurationError) -> UInt8 {
        let start = offset
        offset += 1
        guard let byte = peek else { throw badEscape(at: start) }
        offset += 1
        switch byte {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
        case UInt8(ascii: "x"):
            guard offset + 2 <= bytes.count, let high = Self.hexDigit(bytes[offset]),
                let low = Self.hexDigit(bytes[offset + 1])
            else { throw badEscape(at: start) }
            offset += 2
            return high << 4 | low
        default: throw badEscape(at: start)
        }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private func badEscape(at offset: Int) -> ConfigurationError {
        problem(
            .syntax, at: offset, "nothing that is known stands behind this backslash",
            remedy:
                #"write \n, \r, \t, \", \\ or \x and two hexadecimal digits; in single quotes a backslash is itself"#)
    }

    private func unclosedQuote(at offset: Int) -> ConfigurationError {
        problem(.syntax, at: offset, "the quote is not closed", remedy: "write the same quote at the end of the text")
    }

    /// Bytes as text; escapes can make something that is none.
    func text(_ bytes: [UInt8], from start: Int) throws(ConfigurationError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw problem(.syntax, at: start, "the escapes in this text do not make UTF-8")
        }
        return text
    }
}

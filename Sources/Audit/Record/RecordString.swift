extension [UInt8] {
    /// Adds a JSON string as records have it: in quotation marks, with only those escapes that JSON demands, control
    /// characters as `\u00xx` in lower case.
    public mutating func appendRecordString(_ text: String) {
        var text = text
        append(UInt8(ascii: "\""))
        text.withUTF8 { bytes in
            var start = 0
            for (index, byte) in bytes.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                append(contentsOf: bytes[start..<index])
                start = index + 1
                if byte < 0x20 {
                    append(contentsOf: Array("\\u00".utf8) + Array(Hexadecimal.text([byte]).utf8))
                } else {
                    append(UInt8(ascii: "\\"))
                    append(byte)
                }
            }
            append(contentsOf: bytes[start...])
        }
        append(UInt8(ascii: "\""))
    }
}

extension [UInt8] {
    /// Adds a JSON string as records have it: in quotation marks, with only those escapes that JSON demands, control
    /// characters as `\u00xx` in lower case.
    public mutating func appendRecordString(_ text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20: append(contentsOf: Array("\\u00".utf8) + Array(Hexadecimal.text([byte]).utf8))
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}

import NKeys

extension Token {
    /// What the token's payload says, as JSON in one line: with its members in their order, doubled and unknown ones
    /// included, and its numbers as they are spelled. So the path of a ``ValidationIssue`` leads to what it names.
    public var payloadText: String {
        let chunks = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard chunks.count == 3, let payload = try? Base64URL.decode(Array(chunks[1])).bytes else { return "" }
        return Self.withoutWhiteSpace(payload).withUnsafeBytes { JSONReader.repaired($0[...]) }
    }

    /// JSON without the white space between its parts.
    private static func withoutWhiteSpace(_ json: [UInt8]) -> [UInt8] {
        var compact: [UInt8] = []
        compact.reserveCapacity(json.count)
        var isString = false
        var isEscaped = false
        for byte in json {
            if isString {
                isString = isEscaped || byte != 0x22
                isEscaped = !isEscaped && byte == 0x5C
            } else if byte <= 0x20 {
                continue
            } else {
                isString = byte == 0x22
            }
            compact.append(byte)
        }
        return compact
    }
}

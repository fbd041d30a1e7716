/// The text of one configuration file, for finding places in it and for showing its lines.
struct ConfigurationSource: Sendable {
    let file: String
    let bytes: [UInt8]
    /// The offsets at which lines begin.
    private let lineStarts: [Int]

    init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == 0x0A { starts.append(offset + 1) }
        lineStarts = starts
    }

    func position(at offset: Int) -> ConfigurationPosition {
        let offset = min(max(offset, 0), bytes.count)
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let before = bytes[lineStarts[low]..<offset]
        // Bytes that continue a character are not counted.
        let column = before.count { $0 & 0xC0 != 0x80 } + 1
        return ConfigurationPosition(file: file, line: low + 1, column: column)
    }

    /// The line of a place as it is shown; nil for a line that is not there, and for an environment variable, which
    /// may be a secret.
    func excerpt(at position: ConfigurationPosition) -> ConfigurationExcerpt? {
        guard lineStarts.indices.contains(position.line - 1), !file.hasPrefix("$") else { return nil }
        let line = range(position.line)
        // Of a very long line only what lies around the place is looked at.
        var caret = line.lowerBound
        var columns = position.column - 1
        while caret < line.upperBound, columns > 0 || bytes[caret] & 0xC0 == 0x80 {
            caret += 1
            if caret < line.upperBound, bytes[caret] & 0xC0 != 0x80 { columns -= 1 }
        }
        var start = max(line.lowerBound, caret - Self.window)
        while start < caret, bytes[start] & 0xC0 == 0x80 { start += 1 }
        let end = min(line.upperBound, caret + Self.window)
        let skipped = bytes[line.lowerBound..<start].count { $0 & 0xC0 != 0x80 }
        return ConfigurationExcerpt(
            line: String(decoding: bytes[start..<end], as: UTF8.self), column: position.column - skipped,
            isCut: (start > line.lowerBound, end < line.upperBound), isSecret: followsSecretKey(position.line))
    }

    /// Bytes on both sides of a place.
    private static let window = 2000

    /// A line without its end, by a number that some line has.
    private func range(_ number: Int) -> Range<Int> {
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }

    /// Whether a key further up has a secret for its value that begins or goes on in this line: nothing stands between,
    /// or a quote is open, or a block.
    private func followsSecretKey(_ number: Int) -> Bool {
        var isNextValue = true
        for previous in stride(from: number - 1, through: max(1, number - Self.longestSecret), by: -1) {
            let line = Array(
                String(decoding: bytes[range(previous)].suffix(Self.window), as: UTF8.self).unicodeScalars)
            let value = ConfigurationExcerpt.secretValue(in: line)
            let rest = line[(value ?? 0)...]
            let isEmpty = rest.allSatisfy { [" ", "\t", ":", "="].contains($0) }
            if value != nil {
                return isNextValue && isEmpty || rest.count { $0 == "\"" } % 2 == 1 || rest.count { $0 == "'" } % 2 == 1
                    || rest.last == "("
            }
            isNextValue = isNextValue && isEmpty
        }
        return false
    }

    /// Lines of the longest secret that is expected.
    private static let longestSecret = 50
}

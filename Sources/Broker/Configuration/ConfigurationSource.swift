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

    /// A line without its end; nil for a number that no line has.
    func line(_ number: Int) -> String? {
        guard lineStarts.indices.contains(number - 1) else { return nil }
        let start = lineStarts[number - 1]
        let end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        var line = bytes[start..<end]
        if line.last == 0x0D { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }
}

/// Lines of a text, by LF.
enum Lines {
    /// The ranges of the lines, without their LF. The last line needs none.
    static func ranges(in text: UnsafeRawBufferPointer) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        var index = 0
        while index < text.count {
            if text[index] == 0x0A {
                ranges.append(start..<index)
                start = index + 1
            }
            index += 1
        }
        ranges.append(start..<text.count)
        return ranges
    }
}

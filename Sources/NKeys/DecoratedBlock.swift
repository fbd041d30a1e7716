/// The decorated blocks of a credentials file: a line of dashes and words, one line of content, another line of dashes
/// and words.
enum DecoratedBlock {
    /// The ranges of the contents of all blocks, in order. A closing line is never also an opening one.
    /// - Parameter endsWithoutBreak: whether the closing line may end with the file instead of a line break.
    static func bodies(in text: UnsafeRawBufferPointer, endsWithoutBreak: Bool) -> [Range<Int>] {
        let lines = Lines.ranges(in: text)
        var bodies: [Range<Int>] = []
        var line = 0
        while line + 2 < lines.count {
            let isLast = line + 2 == lines.count - 1
            let body = withoutCarriageReturn(lines[line + 1], in: text)
            if isOpening(text[withoutCarriageReturn(lines[line], in: text)]),
                isClosing(text[isLast ? lines[line + 2] : withoutCarriageReturn(lines[line + 2], in: text)]),
                isBody(UnsafeRawBufferPointer(rebasing: text[body])), !isLast || endsWithoutBreak
            {
                bodies.append(body)
                line += 3
            } else {
                line += 1
            }
        }
        return bodies
    }

    private static func withoutCarriageReturn(_ line: Range<Int>, in text: UnsafeRawBufferPointer) -> Range<Int> {
        guard let last = line.last, text[last] == 0x0D else { return line }
        return line.lowerBound..<last
    }

    /// Three dashes at the end, and three more somewhere before them; anything may come first.
    private static func isOpening(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard line.count >= 6, endsInDashes(line) else { return false }
        var run = 0
        for byte in line.dropLast(3) {
            run = byte == 0x2D ? run + 1 : 0
            if run == 3 { return true }
        }
        return false
    }

    /// Three dashes at the start and three at the end.
    private static func isClosing(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        line.count >= 6 && line.prefix(3).allSatisfy { $0 == 0x2D } && endsInDashes(line)
    }

    private static func endsInDashes(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        line.suffix(3).allSatisfy { $0 == 0x2D }
    }

    /// Letters, digits, `_`, `-`, `.` and `=`, at least one.
    private static func isBody(_ line: UnsafeRawBufferPointer) -> Bool {
        for byte in line {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2E, 0x3D: continue
            default: return false
            }
        }
        return !line.isEmpty
    }
}

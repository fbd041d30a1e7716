/// Where in a JSON text an offset lies, as a claim path.
///
/// Reading keeps no track of it; only an error looks again from the start.
struct JSONPath {
    private enum Step {
        case member(Range<Int>)
        case element(Int)
    }

    private var steps: [Step] = []
    /// Whether the next string is a name.
    private var expectsName = false

    /// The path to `offset`; empty for the text's outermost value.
    static func path(to offset: Int, in text: UnsafeRawBufferPointer) -> ClaimPath {
        var walker = JSONPath()
        walker.walk(text, to: min(offset, text.count))
        return walker.path(text)
    }

    private mutating func walk(_ text: UnsafeRawBufferPointer, to end: Int) {
        var index = 0
        while index < end {
            switch text[index] {
            case 0x7B: begin(.member(index..<index), expectsName: true)
            case 0x5B: begin(.element(0), expectsName: false)
            case 0x7D, 0x5D:
                if !steps.isEmpty { steps.removeLast() }
            case 0x2C: next()
            case 0x22:
                let start = index + 1
                index = start
                while index < end, text[index] != 0x22 { index += text[index] == 0x5C ? 2 : 1 }
                if expectsName, !steps.isEmpty { steps[steps.count - 1] = .member(start..<min(index, end)) }
                expectsName = false
            default: break
            }
            index += 1
        }
    }

    private mutating func begin(_ step: Step, expectsName: Bool) {
        steps.append(step)
        self.expectsName = expectsName
    }

    private mutating func next() {
        guard let last = steps.last else { return }
        switch last {
        case .member: expectsName = true
        case .element(let index): steps[steps.count - 1] = .element(index + 1)
        }
    }

    private func path(_ text: UnsafeRawBufferPointer) -> ClaimPath {
        var path = ClaimPath()
        for step in steps {
            switch step {
            case .element(let index): path.append(.element(index))
            case .member(let name) where name.isEmpty: break
            case .member(let name): path.append(.name(Self.name(text[name])))
            }
        }
        return path
    }

    /// A name, its escapes resolved as far as there are any that can be.
    private static func name(_ content: Slice<UnsafeRawBufferPointer>) -> String {
        guard let bytes = try? JSONEscapes.resolve(content) else {
            return String(decoding: UnsafeRawBufferPointer(rebasing: content), as: UTF8.self)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

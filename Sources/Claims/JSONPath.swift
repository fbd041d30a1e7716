/// Where in a JSON text an offset lies, as somebody would write it: `nats.limits.subs`, `nats.exports[2].type`.
///
/// Reading keeps no track of it; only an error looks again from the start.
struct JSONPath {
    /// Deeper places are named by their beginning.
    private static let maximumDepth = 8
    /// Longer names are cut.
    private static let maximumName = 60

    private enum Step {
        case member(Range<Int>)
        case element(Int)
    }

    private var steps: [Step] = []
    /// Whether the next string is a name.
    private var expectsName = false

    /// The path to `offset`; empty for the text's outermost value.
    static func path(to offset: Int, in text: UnsafeRawBufferPointer) -> String {
        var path = JSONPath()
        path.walk(text, to: min(offset, text.count))
        return path.text(text)
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

    private func text(_ text: UnsafeRawBufferPointer) -> String {
        var path = ""
        for step in steps.prefix(Self.maximumDepth) {
            switch step {
            case .element(let index): path += "[\(index)]"
            case .member(let name) where name.isEmpty: break
            case .member(let name):
                if !path.isEmpty { path += "." }
                path += Self.shown(UnsafeRawBufferPointer(rebasing: text[name]))
            }
        }
        return path + (steps.count > Self.maximumDepth ? "…" : "")
    }

    /// A name as it stands in the text, in quotes if it is more than a word.
    private static func shown(_ name: UnsafeRawBufferPointer) -> String {
        let isWord = name.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
            default: false
            }
        }
        let text = String(decoding: name.prefix(maximumName), as: UTF8.self)
        let cut = name.count > maximumName ? "…" : ""
        return isWord ? text + cut : quoted(text + cut)
    }
}

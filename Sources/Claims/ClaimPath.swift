import NKeys

/// Where a claim stands in a token's payload, as somebody would write it: `nats.limits.subs`, `nats.exports[2].type`.
struct ClaimPath {
    enum Step: ExpressibleByStringLiteral {
        /// A member of an object.
        case name(String)
        /// An element of an array, from 0.
        case element(Int)

        init(stringLiteral name: String) { self = .name(name) }
    }

    /// Deeper places are named by their beginning.
    private static let maximumDepth = 8
    /// Longer names are cut.
    private static let maximumName = 60

    private(set) var steps: [Step] = []

    mutating func append(_ step: Step) { steps.append(step) }
    mutating func removeLast(_ count: Int) { steps.removeLast(count) }

    /// The text of a place below this one.
    func text(_ below: [Step]) -> String {
        var path = self
        path.steps += below
        return path.text
    }

    /// The text; empty for the payload itself.
    var text: String {
        var text = ""
        for step in steps.prefix(Self.maximumDepth) {
            switch step {
            case .element(let index): text += "[\(index)]"
            case .name(let name): text += (text.isEmpty ? "" : ".") + Self.shown(name)
            }
        }
        return text + (steps.count > Self.maximumDepth ? "…" : "")
    }

    /// A name, in quotes if it is more than a word.
    private static func shown(_ name: String) -> String {
        // Before anything is cut: half a seed would not look like one.
        let whole = SecretText.hidden(in: name)
        let name = String(whole.unicodeScalars.prefix(maximumName))
        let isWord = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
            default: false
            }
        }
        let text = name + (name.utf8.count < whole.utf8.count ? "…" : "")
        return isWord && !name.isEmpty ? text : quoted(text)
    }
}

/// A member of a mapping or an element of a list, with what is said about it in comments.
final class LayoutEntry {
    /// Nil for an element, and for the file itself.
    let key: PolicyNode?
    let value: PolicyNode
    private(set) var children: [LayoutEntry] = []
    private(set) weak var parent: LayoutEntry?

    /// The lines above it, without their indentation; an empty one for a blank line.
    var leading: [String] = []
    /// The comment at the end of its line.
    var trailing: String?
    /// What stands below its last child.
    var foot: [String] = []

    let startLine: Int
    private(set) var endLine: Int
    /// Whether its children stand in brackets.
    let isBracketed: Bool

    init(key: PolicyNode?, value: PolicyNode, _ comments: LayoutComments) {
        self.key = key
        self.value = value
        startLine = key?.position.line ?? value.position.line
        let end = comments.end(of: value)
        isBracketed = end != nil
        endLine = max(startLine, value.position.line, end ?? 0)
        switch value.content {
        case .nothing:
            // Its mark is behind it, at whatever comes next.
            endLine = startLine
        case .text: break
        case .list(let elements):
            children = elements.map { LayoutEntry(key: nil, value: $0, comments) }
        case .mapping(let members):
            children = members.map { LayoutEntry(key: $0.key, value: $0.value, comments) }
        }
        for child in children { child.parent = self }
        endLine = max(endLine, children.last?.endLine ?? 0)
    }

    /// Whether anything is said inside of it.
    var hasInnerComments: Bool {
        !foot.isEmpty
            || children.contains { $0.trailing != nil || !$0.comments.isEmpty || $0.hasInnerComments }
    }

    /// What is above it, blank lines left out.
    private var comments: [String] { leading.filter { !$0.isEmpty } }

    /// The column of its children; from 1.
    var childColumn: Int { value.position.column }
}

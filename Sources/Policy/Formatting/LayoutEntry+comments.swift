/// Gives each comment of a file to what it is about.
struct CommentAttachment {
    private let root: LayoutEntry
    private let comments: LayoutComments
    /// Every entry but the root, in the order of the file.
    private var entries: [LayoutEntry] = []

    init(_ root: LayoutEntry, _ comments: LayoutComments) {
        self.root = root
        self.comments = comments
        gather(root)
    }

    private mutating func gather(_ entry: LayoutEntry) {
        for child in entry.children {
            entries.append(child)
            gather(child)
        }
    }

    func attach() {
        for comment in comments.comments {
            if comment.isAlone { attach(alone: comment) } else { attach(behind: comment) }
        }
        noteBlankLines()
    }

    /// The last of some entries that begins above a line.
    private static func last(of entries: [LayoutEntry], above line: Int) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].startLine < line { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }

    /// The innermost entry that begins above a line and does not end above it.
    private func innermost(around line: Int) -> LayoutEntry {
        guard let index = Self.last(of: entries, above: line) else { return root }
        var entry = entries[index]
        while entry.endLine < line, let parent = entry.parent { entry = parent }
        return entry
    }

    private func attach(alone comment: LayoutComments.Comment) {
        let container = innermost(around: comment.line)
        var lines = [comment.text]
        if comments.isBlank(comment.line - 1) { lines.insert("", at: 0) }
        guard !container.children.isEmpty else {
            container.leading += lines
            return
        }
        // Below something that stands deeper than what comes next, and as deep: it belongs there.
        var owner = container
        while let index = Self.last(of: owner.children, above: comment.line) {
            let last = owner.children[index]
            guard !last.isBracketed, !last.children.isEmpty, comment.column > owner.childColumn,
                comment.column >= last.childColumn
            else { break }
            owner = last
        }
        let next = Self.last(of: container.children, above: comment.line).map { $0 + 1 } ?? 0
        if owner !== container || next == container.children.count {
            owner.foot += lines
        } else {
            container.children[next].leading += lines
        }
    }

    private func attach(behind comment: LayoutComments.Comment) {
        let index = Self.last(of: entries, above: comment.line + 1)
        guard let index, entries[index].startLine == comment.line else {
            // A text that stands below its key, or a bracket that closes.
            return innermost(around: comment.line).add(trailing: comment.text)
        }
        var entry = entries[index]
        while entry.endLine == comment.line, let parent = entry.parent, parent !== root,
            parent.startLine == comment.line, parent.endLine == comment.line
        {
            entry = parent
        }
        entry.add(trailing: comment.text)
    }

    /// A blank line between an entry and what is above it stays.
    private func noteBlankLines() {
        for entry in entries {
            guard let parent = entry.parent, !parent.isBracketed, comments.isBlank(entry.startLine - 1) else {
                continue
            }
            // An element and its first member begin in the same place.
            if parent !== root, parent.key == nil, parent.startLine == entry.startLine { continue }
            entry.leading.append("")
        }
    }
}

extension LayoutEntry {
    /// What stands behind it; of two comments, one is put above.
    fileprivate func add(trailing text: String) {
        if trailing == nil { trailing = text } else { leading.append(text) }
    }
}

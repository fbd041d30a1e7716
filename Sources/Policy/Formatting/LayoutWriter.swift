/// Writes the entries of a file out.
struct LayoutWriter {
    /// What fits on a line.
    static let width = 120
    /// The most lines of a list in brackets.
    private static let mostWrapped = 4
    /// Keys whose values stand below each other where the keys do.
    private static let aligned = [
        ["publish", "subscribe", "queue", "deny_queue"], ["may", "may not"], ["allow", "deny"],
    ]

    private(set) var lines: [String] = []

    /// - Parameters:
    ///   - root: the file.
    ///   - separatesSections: whether a blank line stands before each part that takes several lines.
    mutating func write(_ root: LayoutEntry, _ form: LanguageForm, separatesSections: Bool) {
        for (index, child) in form.ordered(root.children).enumerated() {
            if separatesSections {
                while child.leading.first == "" { child.leading.removeFirst() }
                if index > 0, form.child(child).isBlock { child.leading.insert("", at: 0) }
            }
        }
        writeChildren(of: root, form, indent: 0)
    }

    private mutating func writeChildren(of entry: LayoutEntry, _ form: LanguageForm, indent: Int, first: String? = nil)
    {
        let children = form.ordered(entry.children)
        let paddings = Self.paddings(of: children)
        for (index, child) in children.enumerated() {
            let margin = String(repeating: " ", count: indent)
            if index > 0 || first == nil { writeLeading(of: child, margin, isFirst: index == 0) }
            let start = index == 0 ? first ?? margin : margin
            if let key = child.key {
                write(
                    child, form.child(child), head: start + key.layout + ":", indent: indent, padding: paddings[index])
            } else {
                writeElement(child, form.child(child), head: start + "-", indent: indent)
            }
        }
        for line in Self.collapsed(entry.foot) {
            lines.append(line.isEmpty ? "" : String(repeating: " ", count: indent) + line)
        }
    }

    private mutating func writeLeading(of entry: LayoutEntry, _ margin: String, isFirst: Bool) {
        var leading = Self.collapsed(entry.leading)
        if isFirst, leading.first == "", !lines.isEmpty || leading.count == 1 { leading.removeFirst() }
        for line in leading { lines.append(line.isEmpty ? "" : margin + line) }
    }

    /// Never two blank lines below each other.
    private static func collapsed(_ lines: [String]) -> [String] {
        var result: [String] = []
        for line in lines where !(line.isEmpty && result.last == "") { result.append(line) }
        return result
    }

    // MARK: Values

    private mutating func write(_ entry: LayoutEntry, _ form: LanguageForm, head: String, indent: Int, padding: Int) {
        let gap = String(repeating: " ", count: 1 + padding)
        if let inline = inline(entry, form),
            entry.children.isEmpty || head.width + gap.count + inline.width <= Self.width
        {
            lines.append(head + (inline.isEmpty ? "" : gap + inline) + Self.behind(entry))
        } else if let wrapped = wrapped(entry, form, start: head + gap) {
            putTrailingAbove(entry, indent)
            lines += wrapped
        } else {
            lines.append(head + Self.behind(entry))
            writeChildren(of: entry, form, indent: indent + 2)
        }
    }

    private mutating func writeElement(_ entry: LayoutEntry, _ form: LanguageForm, head: String, indent: Int) {
        if let inline = inline(entry, form), entry.children.isEmpty || head.width + 1 + inline.width <= Self.width {
            lines.append(head + (inline.isEmpty ? "" : " " + inline) + Self.behind(entry))
        } else if let wrapped = wrapped(entry, form, start: head + " ") {
            putTrailingAbove(entry, indent)
            lines += wrapped
        } else {
            putTrailingAbove(entry, indent)
            let margin = String(repeating: " ", count: indent)
            // What is said about the first of its members stands above the dash.
            if let first = form.ordered(entry.children).first {
                for line in Self.collapsed(first.leading) where !line.isEmpty { lines.append(margin + line) }
            }
            if case .mapping = entry.value.content {
                writeChildren(of: entry, form, indent: indent + 2, first: head + " ")
            } else {
                lines.append(head)
                for child in entry.children.prefix(1) { child.leading = [] }
                writeChildren(of: entry, form, indent: indent + 2)
            }
        }
    }

    private static func behind(_ entry: LayoutEntry) -> String { entry.trailing.map { "  " + $0 } ?? "" }

    private mutating func putTrailingAbove(_ entry: LayoutEntry, _ indent: Int) {
        guard let trailing = entry.trailing else { return }
        lines.append(String(repeating: " ", count: indent) + trailing)
    }

    /// The value on one line; nil where it takes several, whatever their length.
    private func inline(_ entry: LayoutEntry, _ form: LanguageForm) -> String? {
        if entry.children.isEmpty { return entry.value.layout }
        guard !form.isBlock, !entry.hasInnerComments else { return nil }
        var parts: [String] = []
        for child in form.ordered(entry.children) {
            guard let text = inline(child, form.child(child)), !text.isEmpty, child.value.fitsBrackets,
                child.key?.fitsBrackets ?? true
            else { return nil }
            // Lists of mappings are easier to read, and to change, line by line.
            if child.key == nil, case .mapping = child.value.content { return nil }
            parts.append(child.key.map { $0.layout + ": " + text } ?? text)
        }
        let inner = parts.joined(separator: ", ")
        return if case .list = entry.value.content { "[ \(inner) ]" } else { "{ \(inner) }" }
    }

    /// A list of texts in brackets on several lines.
    private func wrapped(_ entry: LayoutEntry, _ form: LanguageForm, start: String) -> [String]? {
        guard case .list = entry.value.content, !form.isBlock, !entry.hasInnerComments,
            entry.children.allSatisfy({ $0.children.isEmpty && $0.value.fitsBrackets && !$0.value.layout.isEmpty })
        else { return nil }
        var result: [String] = []
        var line = start + "["
        let margin = String(repeating: " ", count: start.width + 1)
        for (index, child) in entry.children.enumerated() {
            let isLast = index == entry.children.count - 1
            let text = " " + child.value.layout + (isLast ? " ]" : ",")
            if index > 0, line.width + text.width > Self.width {
                guard result.count + 1 < Self.mostWrapped else { return nil }
                result.append(line)
                line = margin
            }
            line += text
        }
        return result + [line]
    }

    /// How many blanks more stand before each value.
    private static func paddings(of entries: [LayoutEntry]) -> [Int] {
        var paddings = entries.map { _ in 0 }
        for group in aligned {
            let found = entries.indices.filter { entries[$0].key.map { group.contains($0.layout) } ?? false }
            let longest = found.map { entries[$0].key?.layout.width ?? 0 }.max() ?? 0
            for index in found { paddings[index] = longest - (entries[index].key?.layout.width ?? 0) }
        }
        return paddings
    }
}

extension String {
    /// In Unicode scalars, as columns are counted.
    fileprivate var width: Int { unicodeScalars.count }
}

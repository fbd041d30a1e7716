// Lists that narrow something, such as `from`, `grant` and `except`.

extension PolicyReader {
    /// Reports a narrowing list that names nothing: read as it stands nobody would be left, and in claims an empty list
    /// narrows nothing.
    ///
    /// - Parameter remedy: what to write instead.
    mutating func requireEntries(_ node: PolicyNode, _ key: String, remedy: String) {
        switch node.content {
        case .list(let elements) where elements.isEmpty: break
        case .nothing: break
        default: return
        }
        report(
            .missingKey, at: node.position, "\"\(key)\" names nothing, and would restrict nothing", remedy: remedy)
    }
}

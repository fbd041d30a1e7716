/// A list of claims while it is written, with the places that its entries come from.
struct ClaimList {
    /// The list's place in a template, such as `/sub/allow`.
    private let path: String
    private(set) var entries: [String] = []
    private(set) var sources: [String: [PolicyPosition]] = [:]

    init(_ path: String) {
        self.path = path
    }

    /// - Parameter group: the queue part of each entry.
    mutating func append(_ rules: [PolicyRule], group: String? = nil) {
        for rule in rules {
            sources["\(path)/\(entries.count)"] = rule.sources
            entries.append(group.map { "\(rule.text) \($0)" } ?? rule.text)
        }
    }

    /// An entry that no line of a file stands behind.
    mutating func append(_ entry: String) {
        entries.append(entry)
    }
}

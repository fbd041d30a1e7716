/// A list of claims while it is written, with the places that its entries come from.
struct ClaimList {
    /// The list's place in a template, such as `/sub/allow`.
    private let path: String
    private(set) var entries: [String] = []
    /// By entry; none for one that no line of a file stands behind.
    private var places: [[PolicyPosition]] = []

    init(_ path: String) {
        self.path = path
    }

    /// - Parameter group: the queue part of each entry.
    mutating func append(_ rules: [PolicyRule], group: String? = nil) {
        for rule in rules {
            places.append(rule.sources)
            entries.append(group.map { "\(rule.text) \($0)" } ?? rule.text)
        }
    }

    /// An entry that no line of a file stands behind.
    mutating func append(_ entry: String) {
        places.append([])
        entries.append(entry)
    }

    /// The places of all entries of some lists, by the entries' places in a template.
    static func sources(_ lists: [ClaimList]) -> [String: [PolicyPosition]] {
        var sources: [String: [PolicyPosition]] = [:]
        sources.reserveCapacity(lists.reduce(0) { $0 + $1.entries.count })
        for list in lists {
            for (index, places) in list.places.enumerated() where !places.isEmpty {
                sources["\(list.path)/\(index)"] = places
            }
        }
        return sources
    }
}

/// What of an account the file does not govern.
public struct LeavePolicy: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case imports, exports, mappings, limits, roles, users
        /// Signing keys without a role.
        case keys = "signing keys"
        /// Who answers authentication callouts.
        case callout
    }

    /// `imports`, or `role legacy-*`; nil for what is nothing of the kind.
    static func entry(_ text: Placed<String>) -> Entry? {
        if let kind = Kind(rawValue: text.value) { return Entry(kind: kind, name: nil, position: text.position) }
        guard let (word, kind) = singular.first(where: { text.value.hasPrefix($0.0) }) else { return nil }
        let name = String(text.value.dropFirst(word.count))
        return name.isEmpty ? nil : Entry(kind: kind, name: name, position: text.position)
    }

    private static let singular: [(String, Kind)] = [
        ("import ", .imports), ("export ", .exports), ("mapping ", .mappings), ("role ", .roles), ("user ", .users),
    ]

    /// A whole kind, or what of it fits a name in which `*` stands for anything.
    public struct Entry: Sendable, Hashable {
        public let kind: Kind
        /// Nil for all of them.
        public let name: String?
        public let position: PolicyPosition

        /// As it is written.
        var text: String {
            guard let name, let word = LeavePolicy.singular.first(where: { $0.1 == kind })?.0 else {
                return kind.rawValue
            }
            return word + name
        }
    }

    public let entries: [Entry]

    init(_ entries: [Entry] = []) { self.entries = entries }

    /// Whether something is left as it is.
    public func covers(_ kind: Kind, _ name: String) -> Bool {
        entries.contains { $0.kind == kind && ($0.name.map { Self.fits(name, $0) } ?? true) }
    }

    /// Whether a name fits a glob with any number of `*`, in time linear in their product.
    static func fits(_ name: String, _ glob: String) -> Bool {
        let (text, glob) = (Array(name.utf8), Array(glob.utf8))
        var (t, g, star, mark) = (0, 0, -1, 0)
        while t < text.count {
            if g < glob.count, glob[g] == UInt8(ascii: "*") {
                (star, mark) = (g, t)
                g += 1
            } else if g < glob.count, glob[g] == text[t] {
                t += 1
                g += 1
            } else if star >= 0 {
                mark += 1
                (t, g) = (mark, star + 1)
            } else {
                return false
            }
        }
        return glob[g...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

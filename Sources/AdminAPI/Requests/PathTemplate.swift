/// A path with names in braces, such as `/v1/operators/{operator}/accounts/{account}:push`.
struct PathTemplate: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case word(String)
        case name(String)
    }

    let text: String
    let parts: [Part]
    /// What stands behind the last colon, for actions.
    let verb: String?

    init(_ text: String) {
        self.text = text
        var rest = text[...]
        // A colon in a template is never anything but the beginning of a verb.
        if let colon = rest.lastIndex(of: ":") {
            verb = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        } else {
            verb = nil
        }
        parts = rest.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.first == "{" ? .name(String(part.dropFirst().dropLast())) : .word(String(part))
        }
    }

    /// The names in braces, in their order.
    var names: [String] {
        parts.compactMap { if case .name(let name) = $0 { name } else { nil } }
    }

    /// The values of the names, if a path is of this form.
    func values(of path: RequestPath) -> [String: String]? {
        guard path.parts.count == parts.count, path.verb == verb else { return nil }
        var values: [String: String] = [:]
        for (part, given) in zip(parts, path.parts) {
            switch part {
            case .word(let word): if given != word { return nil }
            case .name(let name):
                if given.isEmpty { return nil }
                values[name] = given
            }
        }
        return values
    }
}

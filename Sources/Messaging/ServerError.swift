/// What a server said in an `-ERR` line.
public struct ServerError: Sendable, Hashable, CustomStringConvertible {
    /// A publication or a subscription that the server refused. The connection goes on.
    public enum Violation: Sendable, Hashable {
        /// Publishing on a subject.
        case publish(subject: String)
        /// Publishing with a reply subject that is reserved.
        case reply(subject: String)
        /// Subscribing; `subscription` is the client's number where the server took away one that it had allowed.
        case subscribe(subject: String, queue: String?, subscription: UInt64?)
    }

    /// The text between the quotes.
    public let text: String
    /// What was refused, where the text is about permissions.
    public let violation: Violation?

    public var description: String { text }

    /// Reads the text of an `-ERR` line. A text of another form is kept as it is.
    public init(_ text: String) {
        self.text = text
        violation = Self.violation(text)
    }

    private static func violation(_ text: String) -> Violation? {
        var rest = Reader(rest: Substring(text))
        if rest.skip("Permissions Violation for Publish to ") {
            return rest.quoted().map { .publish(subject: $0) }
        }
        if rest.skip("Permissions Violation for Publish with Reply of ") {
            return rest.quoted().map { .reply(subject: $0) }
        }
        guard rest.skip("Permissions Violation for Subscription to "), let subject = rest.quoted() else { return nil }
        let queue = rest.skip(" using queue ") ? rest.quoted() : nil
        let number = rest.skip(" (sid ") ? rest.quoted() : nil
        return .subscribe(subject: subject, queue: queue, subscription: number.flatMap { UInt64($0) })
    }

    /// Takes such a text apart from left to right.
    private struct Reader {
        var rest: Substring

        mutating func skip(_ prefix: String) -> Bool {
            guard rest.hasPrefix(prefix) else { return false }
            rest = rest.dropFirst(prefix.count)
            return true
        }

        /// A text in double quotes, in which a backslash protects what follows.
        mutating func quoted() -> String? {
            guard skip("\"") else { return nil }
            var text = ""
            while let character = rest.popFirst() {
                switch character {
                case "\"": return text
                case "\\": if let next = rest.popFirst() { text.append(next) }
                default: text.append(character)
                }
            }
            return nil
        }
    }
}

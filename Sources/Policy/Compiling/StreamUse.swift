/// What a role may do with one stream: beside its subjects, what the server does for whoever asks it.
public struct StreamUse: Sendable, Hashable {
    public enum Verb: String, Sendable, Hashable {
        /// Take from a consumer that there is.
        case work
        /// Look up single messages.
        case get
        /// Publish into it.
        case put
        /// Make a consumer of what a filter passes.
        case watch
        /// Make any consumer, and use it.
        case read
        /// Make, change, purge and delete the stream and its consumers.
        case manage
    }

    public let verb: Verb
    /// The stream's name; of a bucket `KV_name`, of an object store `OBJ_name`.
    public let stream: String
    /// Patterns of what it can have of the stream or put into it, templates among them; `>` where the account's file
    /// does not say what the stream keeps.
    public let subjects: [String]
    public let position: PolicyPosition

    /// Whether holders decide where messages go: they can have a consumer deliver all of ``subjects`` to any subject,
    /// whatever they may subscribe to.
    public var isOpen: Bool { [.watch, .read, .manage].contains(verb) }
}

/// What an account's file says of its streams.
struct KnownStreams: Sendable {
    private let streams: [String: StreamPolicy]

    init(_ streams: [StreamPolicy]) {
        self.streams = Dictionary(streams.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What a stream keeps; `>` for one that is not named.
    func subjects(of stream: String) -> [String] {
        guard let subjects = streams[stream]?.subjects, !subjects.isEmpty else { return [">"] }
        return subjects.map(\.text)
    }

    /// What a consumer is given of a stream.
    func subjects(of stream: String, consumer: String) -> [String] {
        let filters = streams[stream]?.consumers.first { $0.name == consumer }?.filters ?? []
        return filters.isEmpty ? subjects(of: stream) : filters.map(\.text)
    }

    /// The names of a stream's consumers, where the file says which it has and this is none of them.
    func names(of stream: String, without consumer: String) -> [String]? {
        guard let consumers = streams[stream]?.consumers, !consumers.isEmpty else { return nil }
        let names = consumers.map(\.name)
        return names.contains(consumer) ? nil : names
    }
}

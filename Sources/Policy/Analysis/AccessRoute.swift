import Subjects

/// A way by which somebody gets a message, or sends one, that a question is about.
public struct AccessRoute: Sendable, Hashable {
    public enum Act: String, Sendable, Hashable, CaseIterable {
        case publish, receive
    }

    /// What makes it possible.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A rule of the role.
        case direct
        /// An answer goes where whoever asked wants it.
        case reply
        /// JetStream gives it out, or sends it.
        case stream
        /// A mapping of the account moves it.
        case mapping
        /// It crosses accounts.
        case `import`
        /// In a queue group: what is received that way, others of the group do not get.
        case group

        public var words: String {
            switch self {
            case .direct: "direct"
            case .group: "by group (takes messages)"
            default: "by \(rawValue)"
            }
        }
    }

    /// One thing that happens on the way.
    public struct Step: Sendable, Hashable {
        public let text: String
        /// Where the rule stands that makes it possible; nil where no file has it.
        public let position: PolicyPosition?

        init(_ text: String, _ position: PolicyPosition?) {
            self.text = text
            self.position = position
        }
    }

    /// Who it is.
    public struct Who: Sendable, Hashable {
        public let account: String
        public let role: String
        /// A name that it holds for; for a user of a file, the user's.
        public let name: String
        /// The values of tags, as `plant:berlin`.
        public let tags: [String]
        /// `every holder`, a name, or `at most some holders`.
        public let holders: String
    }

    public let act: Act
    public let who: Who
    /// What makes it possible, most telling last; `direct` alone.
    public let kinds: [Kind]
    /// The account that the question is about, and a subject of it there.
    public let account: String
    public let subject: String
    /// All that the route is for, in the terms of the holder's own account, as patterns; empty where that is too much.
    public let subjects: String
    /// Whether it is known to be there; otherwise it could not be ruled out.
    public let isExact: Bool
    /// From the holder, or to it, in the order in which things happen.
    public let steps: [Step]
    /// What has to be done to see it happen; nil where it could not be ruled out only.
    public let performance: RoutePerformance?

    /// `by import, by group (takes messages)`
    public var label: String { (isExact ? "" : "at most ") + kinds.map(\.words).joined(separator: ", ") }
}

/// What has to be done so that a route is seen.
public enum RoutePerformance: Sendable, Hashable {
    /// The holder publishes, and a message arrives.
    case publish(typed: String)
    /// A message is published on the question's subject, and the holder's subscription gets it.
    case receive(subscribed: String, queue: String?)
    /// The holder publishes with a subject for the answer that leads to the question's, and somebody who hears the request answers.
    case reply(typed: String, answered: String, request: String, responder: AccessRoute.Who, queue: String?)
    /// The holder asks JetStream of an account with these streams, or publishes what one of them takes in, with such a subject
    /// for the answer.
    case answer(typed: String, answered: String, account: String, streams: [StreamPerformance.Stream])
    /// The holder asks JetStream of an account: what was published on the question's subject comes out of a stream, or a
    /// stream's messages are sent there.
    case stream(StreamPerformance)
}

/// A route through a stream.
public struct StreamPerformance: Sendable, Hashable {
    /// A stream as a file declares it.
    public struct Stream: Sendable, Hashable {
        public struct Consumer: Sendable, Hashable {
            public let name: String
            /// Empty for all that the stream holds.
            public let filters: [String]
        }

        public let name: String
        /// Empty where the file does not say.
        public let subjects: [String]
        public let consumers: [Consumer]
    }

    public let account: String
    /// All that the account's file declares.
    public let streams: [Stream]
    /// What the holder publishes, and what comes of that in the stream's account.
    public let typed: String
    public let request: String
    /// What the stream holds, as it is there; empty where anything does.
    public let kept: String
    /// Where the holder hears answers, or a stream's messages are sent.
    public let inbox: String
    /// The subscription by which the holder hears them; empty where it hears nothing.
    public let subscribed: String
    public let queue: String?
}

extension StreamPerformance.Stream {
    /// Whether it takes in a subject, as far as its file says what it takes in.
    public func takes(_ subject: String) -> Bool {
        let bytes = Array(subject.utf8)
        return subjects.contains { (try? Pattern($0))?.matches(bytes.span) == true }
    }
}

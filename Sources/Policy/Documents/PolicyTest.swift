/// What somebody may do, and may not, as the file says.
public struct PolicyTest: Sendable {
    /// Who.
    public enum Subject: Sendable, Hashable {
        /// A user of the file.
        case user(String)
        /// Anybody in a role.
        case holder(role: String, name: String, tags: [String: String])
    }

    public var subject: Subject?
    public var may: [Sentence] = []
    public var mayNot: [Sentence] = []
    public let position: PolicyPosition

    public struct Sentence: Sendable, Hashable {
        public let act: Act
        /// As it was written.
        public let text: String
        public let position: PolicyPosition
    }

    /// What a sentence is about.
    public enum Act: Sendable, Hashable {
        /// With the subject for answers that the message names, where one is asked about.
        case publish(String, reply: String? = nil)
        case request(String)
        case subscribe(String, queue: String?)
        case receive(String, queue: String?)
        case reply(String)
        case get(bucket: String, key: String)
        case put(bucket: String, key: String)
        case next(stream: String, consumer: String)
        case connect(from: String?, at: String?, kind: String?)
    }

    init(position: PolicyPosition) {
        self.position = position
    }
}

import Administration
import Claims
import Hummingbird
import NKeys
import Secrets

/// What an operation answers.
struct Answer: Sendable {
    var status = 200
    /// The body, where it is JSON.
    var body: JSONValue?
    /// The body, where it is not.
    var text: String?
    /// The entity tag without its quotation marks.
    var tag: String?
    /// The path of what was made.
    var location: String?
    /// Secrets that are members of the body, and leave once.
    var secrets: [(name: String, value: Secret)] = []
    /// The accounts that servers have to hear of.
    var accounts: [PublicKey] = []
    /// The accounts that servers have to forget.
    var deleted: [PublicKey] = []
    /// The connections that have to be gone when the answer comes.
    var cuts: [ConnectionCut] = []
    /// What is written piece by piece, as long as somebody reads.
    var stream: ResponseBody?
    /// Whether servers have to hear of an operator's token.
    var reloads = false
    /// The operation that begins once this is durable.
    var starts: Int64?
    /// The path of the next page, for the `Link` header.
    var next: String?
    /// What is still to be put together: where nobody waits for it, once a change is durable. Nothing of it may refuse.
    var rest: (@Sendable (inout Answer) throws -> Void)?

    init(_ body: JSONValue, tag: String? = nil, status: Int = 200) {
        (self.body, self.tag, self.status) = (body, tag, status)
    }

    init(status: Int, rest: @escaping @Sendable (inout Answer) throws -> Void) {
        (self.status, self.rest) = (status, rest)
    }

    init(text: String, tag: String? = nil) {
        (self.text, self.tag) = (text, tag)
    }

    init(stream: ResponseBody) {
        self.stream = stream
    }

    /// The same with its body as text, so that nothing is left to be done where others wait.
    func written() -> Answer {
        guard text == nil, stream == nil, secrets.isEmpty, let body else { return self }
        var answer = self
        answer.text = body.jsonText + "\n"
        return answer
    }

    /// Puts together what was left for later.
    mutating func complete() throws {
        guard let rest else { return }
        self.rest = nil
        try rest(&self)
    }

    /// Leaves something more for later.
    mutating func later(_ next: @escaping @Sendable (inout Answer) throws -> Void) {
        let rest = rest
        self.rest = { answer in
            try rest?(&answer)
            try next(&answer)
        }
    }

    /// The word that something is gone.
    static let deleted = Answer(.members(["deleted": .bool(true)]))
}

/// A piece of a policy file: a text, a list or a mapping, with its place. Nothing here is a number, a truth value or a date:
/// what a text means is said by whoever asks for it.
struct PolicyNode: Sendable {
    indirect enum Content: Sendable {
        /// Nothing at all after a key.
        case nothing
        case text(String, isQuoted: Bool)
        case list([PolicyNode])
        case mapping([Member])
    }

    struct Member: Sendable {
        let key: PolicyNode
        /// The key's text.
        let name: String
        let value: PolicyNode
    }

    let content: Content
    let position: PolicyPosition

    /// What it is, for a sentence about something else that should be there.
    var kind: String {
        switch content {
        case .nothing: "nothing"
        case .text: "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// What somebody wants to do.
public enum Action: UInt8, Sendable, Hashable, CaseIterable {
    /// Sign in.
    case connect
    /// Send a message on a subject.
    case publish
    /// Register interest in a pattern, plainly or in a queue group.
    case subscribe
    /// Receive one message on a subject through a subscription that was allowed.
    case deliver
    /// Answer on a reply subject that only a delivered request opened.
    case respond
    /// Use another account's export.
    case importUse
}

/// The part of a rule set that decided, small enough to be passed by value on the data path. What it says in words is
/// built afterwards, by ``PermissionProgram/explain(_:source:)``.
public struct Rule: Sendable, Hashable {
    public enum Effect: UInt8, Sendable, Hashable {
        /// There is no list that restricts the action.
        case unrestricted
        /// An entry of an allow list.
        case allow
        /// An entry of a deny list.
        case deny
        /// An allow list of which no entry fits.
        case noAllow
        /// Entries of an allow list fit the subject, but not the queue group.
        case queue
        /// Credit for answering a delivered request.
        case reply
        /// A reply subject that the sender may not subscribe to by itself.
        case foreignReply
        /// A subject or queue group that the server keeps to itself.
        case reserved
    }

    /// Which list of the claims.
    public enum List: UInt8, Sendable, Hashable {
        case none, publishAllow, publishDeny, subscribeAllow, subscribeDeny

        /// The list's place in permissions, as a JSON pointer.
        public var pointer: String {
            switch self {
            case .none: ""
            case .publishAllow: "/pub/allow"
            case .publishDeny: "/pub/deny"
            case .subscribeAllow: "/sub/allow"
            case .subscribeDeny: "/sub/deny"
            }
        }
    }

    public var effect: Effect
    public var list: List
    /// The place in the list, or -1 where no single entry decided.
    public var entry: Int32

    @inline(__always)
    public init(_ effect: Effect, _ list: List = .none, entry: Int32 = -1) {
        self.effect = effect
        self.list = list
        self.entry = entry
    }
}

/// The answer to one question: yes or no, and the rule that said so. Trivial: nothing is allocated or retained.
public struct Decision: Sendable, Hashable {
    public var isAllowed: Bool
    public var rule: Rule

    @inline(__always)
    public static func allowed(_ rule: Rule) -> Decision { Decision(isAllowed: true, rule: rule) }

    @inline(__always)
    public static func denied(_ rule: Rule) -> Decision { Decision(isAllowed: false, rule: rule) }
}

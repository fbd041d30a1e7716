/// All there is to say about one thing that somebody wants to do: who that is, which rules bear on it, which one decided,
/// and what follows in other accounts.
public struct PolicyExplanation: Sendable {
    /// A rule of the compiled role.
    public struct ConsideredRule: Sendable {
        /// As it stands in the role's claims, with its templates.
        public let text: String
        /// As it is for this holder.
        public let filled: [String]
        /// `allow` or `deny`, of `publish` or `subscribe`.
        public let list: String
        /// `fits`, `overlaps` or `is for another queue group`.
        public let relation: String
        public let isDeciding: Bool
        /// Where it comes from in the files; empty where the compiler made it.
        public let sources: [PolicyPosition]
    }

    /// One question to the decision function.
    public struct Decision: Sendable {
        /// Such as `publish cmd.v2.start`.
        public let question: String
        /// What led from what was asked about to this, in words; nil where it is the same.
        public let because: String?
        public let isAllowed: Bool
        /// Why, in words.
        public let reason: String
        public let considered: [ConsideredRule]
        public let ruleCount: Int
    }

    /// What an import or an export has to do with it.
    public struct Crossing: Sendable {
        public let text: String
        public let position: PolicyPosition?
    }

    public let account: String
    public let environment: String?
    public let role: String
    public let rolePosition: PolicyPosition?
    public let user: String
    /// The server that it is said of.
    public let engine: Engine
    /// What templates are filled with, as `{{name()}}` and its values.
    public let fillings: [(function: String, values: [String])]
    /// As it was asked.
    public let sentence: String
    public let isAllowed: Bool
    /// The reason of the decision that settled it.
    public let reason: String
    /// In the order in which they were asked; the last one settled it, or all were allowed.
    public let decisions: [Decision]
    public let crossings: [Crossing]
}

extension PolicyExplanation: CustomStringConvertible {
    /// What people read, in lines.
    public var description: String { ExplanationAnswer(self).description }
}

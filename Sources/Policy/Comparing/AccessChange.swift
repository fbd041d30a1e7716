/// One thing that is different after a change: a set that is gained or lost, or a value that is another.
public struct AccessChange: Sendable, Hashable {
    public enum Effect: Sendable, Hashable {
        /// Subjects that may be used now, and could not be before.
        case gains(SubjectsGiven)
        /// Subjects that may not be used any more.
        case loses(SubjectsGiven)
        /// Something else, in words: before and after; nil for nothing.
        case becomes(old: String?, new: String?)
    }

    /// Subjects in at most two lines, each `X except Y`, and one of them.
    public struct SubjectsGiven: Sendable, Hashable {
        public let lines: [String]
        public let witness: String?
    }

    public let account: String
    /// Who or what: `role sensor`, `limits`, `imports from GLOBEX`.
    public let holder: String
    /// What is done: `publish`, `subscribe`, `join workers on`; or the name of a value.
    public let action: String
    public let effect: Effect
    /// The rules that make the difference where they stand now; empty where no file says them.
    public var sources: [PolicyPosition] = []
    /// The same where they stood before.
    public var formerSources: [PolicyPosition] = []

    public init(_ account: String, _ holder: String, _ action: String, _ effect: Effect) {
        (self.account, self.holder, self.action, self.effect) = (account, holder, action, effect)
    }

    /// An account that a set no longer declares: whoever applies the set lets go of it.
    public static func released(_ account: String) -> AccessChange {
        AccessChange(
            account, "the account", "governed",
            .becomes(
                old: "by its file", new: "by no file, since the set does not have it any more; it stays as it is"))
    }

    /// An account that was nobody's: from then on its file is the whole truth about it.
    public static func governed(_ account: String) -> AccessChange {
        AccessChange(
            account, "the account", "governed",
            .becomes(old: "by no file", new: "by its file, and edited by hand only with --force"))
    }

    /// An account that goes from one set of files to another.
    ///
    /// - Parameters:
    ///   - old: the accounts of the set that it was in.
    ///   - new: those of the other one.
    public static func taken(_ account: String, from old: [String], to new: [String]) -> AccessChange {
        func text(_ names: [String]) -> String {
            let names = names.sorted()
            return "by the set of " + names.prefix(5).joined(separator: ", ")
                + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        return AccessChange(account, "the account", "governed", .becomes(old: text(old), new: text(new)))
    }

    /// Whether somebody has less after it.
    public var isLoss: Bool { if case .loses = effect { true } else { false } }

    /// The change in words, the first line without the account and the holder.
    public var lines: [String] { ChangeAnswer(self).text }
}

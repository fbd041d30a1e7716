import Authorization
import Subjects

// How many of an account's clients listen to a subject.

extension Shard {
    /// Beyond so many subscriptions those that a pattern covers are not counted: each would have to be looked at.
    private static let mostLookedAt = 1 << 16

    /// Answers `$SYS.DEBUG.SUBSCRIBERS`, about the account that asks: a subject and maybe the name of a queue group.
    func answerSubscribers(_ origin: Origin, in account: Account, reply: Span<UInt8>, body: Span<UInt8>) {
        guard reply.count > 0, let client = origin.client, let own = self.account(client.principal.account) else {
            return
        }
        let words = copied(body).split(separator: UInt8(ascii: " "))
        let queue = words.count > 1 ? Array(words[1]) : nil
        guard let count = own.countSubscribers(to: Array(words.first ?? []), queue: queue, most: Self.mostLookedAt)
        else { return }
        announce(copied(reply), Array("\(count)".utf8), in: account)
    }
}

extension Account {
    /// - Parameters:
    ///   - subject: a pattern counts the subscriptions that it covers.
    ///   - queue: the group that they have to be in; nil for any or none.
    ///   - most: nil is returned for a pattern where there are more subscriptions.
    fileprivate func countSubscribers(to subject: [UInt8], queue: [UInt8]?, most: Int) -> Int? {
        let found: [Subscription]
        if SubjectRules.isLiteral(subject.span) {
            let match = interest.look(subject.span)
            found = match.plain + match.groups.flatMap(\.members)
        } else if let pattern = try? Pattern(bytes: subject) {
            guard subscriptions.count <= most else { return nil }
            found = subscriptions.filter { $0.pattern.isContained(in: pattern) }
        } else {
            found = []
        }
        return found.count { subscription in
            switch subscription.target {
            case .client, .foreign: queue == nil || subscription.queue == queue
            case .streamImport, .serviceImport, .system, .inbox: false
            }
        }
    }
}

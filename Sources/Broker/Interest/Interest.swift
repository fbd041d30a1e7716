import NKeys
import Subjects

/// The subscriptions of one account, found by subject.
///
/// A tree of tokens, with a cache of answers in front of it: most messages go to a few subjects, and for those the tree
/// is not walked. An answer is good until the account's subscriptions change.
final class Interest {
    /// Everybody who gets a message on some subject.
    final class Match {
        var plain: [Subscription] = []
        /// One member of each group gets the message.
        var groups: [[Subscription]] = []

        /// Whether the message goes on to another account's service.
        var crossesAccounts = false

        var isEmpty: Bool { plain.isEmpty && groups.isEmpty }

        /// How many subscriptions are in it.
        var size: Int { plain.count + groups.reduce(0) { $0 + $1.count } }
    }

    /// Who a queue group belongs to: groups of the same name in different accounts are different groups, so that an
    /// importing account never takes messages away from the exporter's own workers.
    private struct GroupKey: Hashable {
        let account: PublicKey?
        let name: [UInt8]
    }

    /// The subscriptions that end at one place of the tree.
    private struct Leaf {
        var plain: [Subscription] = []
        var groups: [GroupKey: [Subscription]] = [:]

        var isEmpty: Bool { plain.isEmpty && groups.isEmpty }
    }

    private final class Node {
        var literals: [[UInt8]: Node] = [:]
        var any: Node?
        var here = Leaf()
        /// Those whose `>` begins below this place.
        var tail = Leaf()

        var isEmpty: Bool { literals.isEmpty && any == nil && here.isEmpty && tail.isEmpty }
    }

    private let root = Node()
    private var cache = MatchCache()
    private(set) var count = 0

    func insert(_ subscription: Subscription) {
        var node = root
        for token in subscription.pattern.tokens {
            switch token {
            case .any:
                let next = node.any ?? Node()
                node.any = next
                node = next
            case .literal(let bytes):
                let next = node.literals[bytes] ?? Node()
                node.literals[bytes] = next
                node = next
            }
        }
        if subscription.pattern.hasTail {
            Self.add(subscription, to: &node.tail)
        } else {
            Self.add(subscription, to: &node.here)
        }
        count += 1
        cache.invalidate()
    }

    func remove(_ subscription: Subscription) {
        var path: [(node: Node, token: Pattern.Token)] = []
        var node = root
        for token in subscription.pattern.tokens {
            path.append((node, token))
            let next: Node?
            switch token {
            case .any: next = node.any
            case .literal(let bytes): next = node.literals[bytes]
            }
            guard let next else { return }
            node = next
        }
        let removed =
            subscription.pattern.hasTail
            ? Self.take(subscription, from: &node.tail) : Self.take(subscription, from: &node.here)
        guard removed else { return }
        count -= 1
        cache.invalidate()
        prune(node, path)
    }

    /// Drops the places of the tree that nothing is left under.
    private func prune(_ last: Node, _ path: [(node: Node, token: Pattern.Token)]) {
        var child = last
        for (parent, token) in path.reversed() {
            guard child.isEmpty else { return }
            switch token {
            case .any: parent.any = nil
            case .literal(let bytes): parent.literals[bytes] = nil
            }
            child = parent
        }
    }

    private static func groupKey(_ subscription: Subscription, _ name: [UInt8]) -> GroupKey {
        guard case .streamImport(_, parent: _, let stream) = subscription.target else {
            return GroupKey(account: nil, name: name)
        }
        return GroupKey(account: stream.importer, name: name)
    }

    private static func add(_ subscription: Subscription, to leaf: inout Leaf) {
        if let queue = subscription.queue {
            append(subscription, to: &leaf.groups[groupKey(subscription, queue), default: []])
        } else {
            append(subscription, to: &leaf.plain)
        }
    }

    private static func take(_ subscription: Subscription, from leaf: inout Leaf) -> Bool {
        guard let queue = subscription.queue else { return take(subscription, from: &leaf.plain) }
        let key = groupKey(subscription, queue)
        guard leaf.groups[key] != nil else { return false }
        let isTaken = take(subscription, from: &leaf.groups[key, default: []])
        if leaf.groups[key]?.isEmpty ?? false { leaf.groups[key] = nil }
        return isTaken
    }

    private static func append(_ subscription: Subscription, to list: inout [Subscription]) {
        subscription.place = list.count
        list.append(subscription)
    }

    /// The last one of the list moves to the place that becomes free: thousands of subscriptions to one subject end as
    /// quickly as to many.
    private static func take(_ subscription: Subscription, from list: inout [Subscription]) -> Bool {
        let place = subscription.place
        guard list.indices.contains(place), list[place] === subscription else { return false }
        let last = list.removeLast()
        if last !== subscription {
            list[place] = last
            last.place = place
        }
        return true
    }

    // MARK: Finding

    /// Who gets a message on a subject.
    func match(_ subject: Span<UInt8>) -> Match {
        if let match = cache.find(subject) { return match }
        let match = walk(subject)
        cache.keep(match, for: subject)
        return match
    }

    /// Lets go of what is only remembered and no longer true.
    func sweep() {
        cache.sweep()
    }

    private func walk(_ subject: Span<UInt8>) -> Match {
        var tokens: [[UInt8]] = []
        var start = 0
        for index in 0...subject.count where index == subject.count || subject[index] == UInt8(ascii: ".") {
            tokens.append((start..<index).map { subject[$0] })
            start = index + 1
        }
        var found: [Leaf] = []
        // All nodes that the tokens so far lead to; a list instead of recursion, so that length costs no stack.
        var level = [root]
        for token in tokens {
            var next: [Node] = []
            for node in level {
                if !node.tail.isEmpty { found.append(node.tail) }
                if let literal = node.literals[token] { next.append(literal) }
                if let any = node.any { next.append(any) }
            }
            level = next
        }
        for node in level where !node.here.isEmpty { found.append(node.here) }

        let match = Match()
        var groups: [GroupKey: [Subscription]] = [:]
        for leaf in found {
            match.plain.append(contentsOf: leaf.plain)
            for (key, members) in leaf.groups { groups[key, default: []].append(contentsOf: members) }
        }
        match.groups = Array(groups.values)
        match.crossesAccounts = match.plain.contains { $0.isServiceImport }
        return match
    }
}

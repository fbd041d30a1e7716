import Subjects

/// The subscriptions of one account, found by subject: one shard's replica, with its own clients' and all others'.
///
/// A tree of tokens, with a cache of answers in front of it: most messages go to a few subjects, and for those the tree
/// is not walked. An answer is good until the account's subscriptions change.
final class Interest {
    /// Who a queue group belongs to: groups of the same name in different accounts are different groups, so that an
    /// importing account never takes messages away from the exporter's own workers.
    struct GroupKey: Hashable {
        /// The number of the importing account; nil for the account's own.
        let importer: Int?
        let name: [UInt8]
    }

    private let root = InterestNode(token: [])
    private let hash: SubjectHash
    private var cache = MatchCache()
    private(set) var count = 0
    private var inserts: UInt64 = 0
    private var removes: UInt64 = 0
    private var walks: UInt64 = 0
    /// Places of the tree on the way of a walk, kept for their storage.
    private var level: [InterestNode] = []
    private var nextLevel: [InterestNode] = []
    private var found: [InterestNode.Leaf] = []

    init(hash: SubjectHash = SubjectHash()) {
        self.hash = hash
    }

    func insert(_ subscription: Subscription) {
        var node = root
        for token in subscription.pattern.tokens {
            switch token {
            case .any:
                let next = node.any ?? InterestNode(token: [])
                node.any = next
                node = next
            case .literal(let bytes):
                node = node.makeChild(bytes, hash(bytes.span))
            }
        }
        let key = Self.groupKey(subscription)
        if subscription.pattern.hasTail {
            node.tail.add(subscription, key)
        } else {
            node.here.add(subscription, key)
        }
        count += 1
        inserts &+= 1
        cache.invalidate()
    }

    func remove(_ subscription: Subscription) {
        var path: [(node: InterestNode, token: Pattern.Token)] = []
        var node = root
        for token in subscription.pattern.tokens {
            path.append((node, token))
            let next: InterestNode?
            switch token {
            case .any: next = node.any
            case .literal(let bytes): next = node.child(bytes.span, hash(bytes.span))
            }
            guard let next else { return }
            node = next
        }
        let key = Self.groupKey(subscription)
        let removed =
            subscription.pattern.hasTail ? node.tail.take(subscription, key) : node.here.take(subscription, key)
        guard removed else { return }
        count -= 1
        removes &+= 1
        cache.invalidate()
        prune(node, path)
    }

    /// Drops the places of the tree that nothing is left under.
    private func prune(_ last: InterestNode, _ path: [(node: InterestNode, token: Pattern.Token)]) {
        var child = last
        for (parent, token) in path.reversed() {
            guard child.isEmpty else { return }
            switch token {
            case .any: parent.any = nil
            case .literal(let bytes): parent.removeChild(child, hash(bytes.span))
            }
            child = parent
        }
    }

    /// The queue group that a subscription is a member of here.
    static func groupKey(_ subscription: Subscription) -> GroupKey? {
        guard let name = subscription.queue else { return nil }
        guard case .streamImport(parent: _, let stream) = subscription.target else {
            return GroupKey(importer: nil, name: name)
        }
        return GroupKey(importer: stream.importer, name: name)
    }

    // MARK: Finding

    /// Who gets a message on a subject.
    func match(_ subject: Span<UInt8>) -> Match {
        let hash = hash(subject)
        return cache.find(subject, hash) ?? walk(subject, hash)
    }

    /// Who gets a message on a subject, if that was asked before and nothing has changed since.
    @inline(__always)
    func remembered(_ subject: Span<UInt8>) -> Match? {
        cache.find(subject, hash(subject))
    }

    /// Says that something about a subscription has changed that answers may depend on.
    func invalidate() {
        cache.invalidate()
    }

    var statistics: InterestStatistics {
        InterestStatistics(
            subscriptions: count, inserts: inserts, removes: removes, walks: walks, cached: cache.count,
            cachedReceivers: cache.receivers, largest: cache.largest)
    }

    /// Lets go of what is only remembered and no longer true.
    func sweep() {
        cache.sweep()
    }

    /// The same, without remembering it: for questions that no message asks.
    func look(_ subject: Span<UInt8>) -> Match {
        let hash = hash(subject)
        return cache.find(subject, hash) ?? find(subject, hash)
    }

    private func walk(_ subject: Span<UInt8>, _ subjectHash: UInt64) -> Match {
        walks &+= 1
        let match = find(subject, subjectHash)
        cache.keep(match)
        return match
    }

    private func find(_ subject: Span<UInt8>, _ subjectHash: UInt64) -> Match {
        // All nodes that the tokens so far lead to; a list instead of recursion, so that length costs no stack.
        level.append(root)
        var start = 0
        while start <= subject.count {
            var end = start
            while end < subject.count, subject[end] != UInt8(ascii: ".") { end += 1 }
            if end == start {
                // A subject with an empty token is nobody's, whatever its beginning matches.
                level.removeAll(keepingCapacity: true)
                found.removeAll(keepingCapacity: true)
                break
            }
            step(subject.extracting(start..<end))
            start = end + 1
        }
        for node in level where !node.here.isEmpty { found.append(node.here) }
        level.removeAll(keepingCapacity: true)
        defer { found.removeAll(keepingCapacity: true) }
        return Match(
            subject: copied(subject), hash: subjectHash, generation: cache.generation,
            plain: found.count == 1 ? found[0].plain : found.flatMap(\.plain), groups: groups())
    }

    /// Goes on from every place of the level by one token.
    @inline(__always)
    private func step(_ token: Span<UInt8>) {
        let tokenHash = hash(token)
        for node in level {
            if !node.tail.isEmpty { found.append(node.tail) }
            if let literal = node.child(token, tokenHash) { nextLevel.append(literal) }
            if let any = node.any { nextLevel.append(any) }
        }
        swap(&level, &nextLevel)
        nextLevel.removeAll(keepingCapacity: true)
    }

    private func groups() -> [Match.Group] {
        guard found.contains(where: { !$0.groups.isEmpty }) else { return [] }
        var groups: [GroupKey: [Subscription]] = [:]
        for leaf in found {
            for (key, members) in leaf.groups { groups[key, default: []].append(contentsOf: members) }
        }
        return groups.map { Match.Group(key: $0, members: $1) }
    }
}

/// A place in the tree of an ``Interest``: what subscriptions end here, and where each next token leads.
final class InterestNode {
    /// The subscriptions that end at one place of the tree.
    struct Leaf {
        var plain: [Subscription] = []
        var groups: [Interest.GroupKey: [Subscription]] = [:]

        var isEmpty: Bool { plain.isEmpty && groups.isEmpty }

        mutating func add(_ subscription: Subscription, _ group: Interest.GroupKey?) {
            if let group {
                Self.append(subscription, to: &groups[group, default: []])
            } else {
                Self.append(subscription, to: &plain)
            }
        }

        /// Takes a subscription out, and says whether it was there.
        mutating func take(_ subscription: Subscription, _ group: Interest.GroupKey?) -> Bool {
            guard let group else { return Self.take(subscription, from: &plain) }
            guard groups[group] != nil else { return false }
            let isTaken = Self.take(subscription, from: &groups[group, default: []])
            if groups[group]?.isEmpty ?? false { groups[group] = nil }
            return isTaken
        }

        private static func append(_ subscription: Subscription, to list: inout [Subscription]) {
            subscription.place = list.count
            list.append(subscription)
        }

        /// The last one of the list moves to the place that becomes free: thousands of subscriptions to one subject end
        /// as quickly as to many.
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
    }

    /// The token that leads here; empty for `*`.
    let token: [UInt8]
    /// The places that literal tokens lead to, by the tokens' hashes. Those with the same hash form a list.
    private var literals: [UInt64: InterestNode] = [:]
    private var sibling: InterestNode?
    var any: InterestNode?
    var here = Leaf()
    /// Those whose `>` begins below this place.
    var tail = Leaf()

    init(token: [UInt8]) {
        self.token = token
    }

    var isEmpty: Bool { literals.isEmpty && any == nil && here.isEmpty && tail.isEmpty }

    /// Where a token leads.
    @inline(__always)
    func child(_ token: Span<UInt8>, _ hash: UInt64) -> InterestNode? {
        guard !literals.isEmpty else { return nil }
        var child = literals[hash]
        while let node = child {
            if areEqual(node.token, token) { return node }
            child = node.sibling
        }
        return nil
    }

    func makeChild(_ token: [UInt8], _ hash: UInt64) -> InterestNode {
        if let child = child(token.span, hash) { return child }
        let child = InterestNode(token: token)
        child.sibling = literals[hash]
        literals[hash] = child
        return child
    }

    func removeChild(_ child: InterestNode, _ hash: UInt64) {
        guard let first = literals[hash] else { return }
        if first === child {
            literals[hash] = child.sibling
            return
        }
        var node = first
        while let next = node.sibling {
            if next === child {
                node.sibling = next.sibling
                return
            }
            node = next
        }
    }
}

/// What comes before what.
struct Precedence<Item: Hashable & Comparable> {
    private var followers: [Item: Set<Item>] = [:]

    /// - Returns: false where the other one has to come first already.
    mutating func put(_ first: Item, before then: Item) -> Bool {
        guard first != then, !isBefore(then, first) else { return false }
        followers[first, default: []].insert(then)
        return true
    }

    private func isBefore(_ first: Item, _ then: Item) -> Bool {
        var seen: Set<Item> = [first]
        var open = [first]
        while let next = open.popLast() {
            for follower in followers[next] ?? [] where seen.insert(follower).inserted {
                if follower == then { return true }
                open.append(follower)
            }
        }
        return false
    }

    /// How many come one after the other before each.
    func levels() -> [Item: Int] {
        var levels: [Item: Int] = [:]
        for first in followers.keys { levels[first] = 0 }
        var isChanged = true
        while isChanged {
            isChanged = false
            for (first, others) in followers {
                for then in others where levels[then, default: 0] <= levels[first, default: 0] {
                    levels[then] = levels[first, default: 0] + 1
                    isChanged = true
                }
            }
        }
        return levels
    }
}

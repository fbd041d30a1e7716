/// The places of a trie of tokens, numbered in the order in which they came; 0 is the root. What stands at a place is the
/// owner's.
///
/// All places are in one list, and one table leads from a place and a literal to the next place, so that neither takes
/// an allocation of its own.
package struct TokenTrie: Sendable {
    package struct Place: Sendable {
        fileprivate let parent: Int
        fileprivate let token: Int
        /// The child for `*`, the first child for a literal, and the next literal child of the same parent; -1 for none.
        package fileprivate(set) var any = -1
        package fileprivate(set) var firstLiteral = -1
        package fileprivate(set) var nextLiteral = -1
    }

    package private(set) var places = [Place(parent: -1, token: -1)]
    private var numbers = TokenNumbers()
    /// Places by their parents and tokens, as in ``TokenNumbers``.
    private var slots: [Int] = []
    private var literals = 0

    package init() {}

    /// All tokens that some place is reached by.
    var tokens: [[UInt8]] { numbers.tokens }

    func names(_ token: [UInt8]) -> Bool {
        numbers.number(of: token) != nil
    }

    /// The child of a place, which is made if there is none.
    package mutating func child(adding token: Pattern.Token, to parent: Int) -> Int {
        switch token {
        case .any:
            if places[parent].any < 0 {
                places[parent].any = places.count
                places.append(Place(parent: parent, token: -1))
            }
            return places[parent].any
        case .literal(let bytes):
            if literals >= slots.count / 2 { grow() }
            let number = numbers.number(adding: bytes)
            let slot = slot(of: parent, number)
            if slots[slot] >= 0 { return slots[slot] }
            slots[slot] = places.count
            literals += 1
            places.append(Place(parent: parent, token: number, nextLiteral: places[parent].firstLiteral))
            places[parent].firstLiteral = slots[slot]
            return slots[slot]
        }
    }

    /// The child of a place for a literal, or -1.
    private func child(of parent: Int, _ number: Int) -> Int {
        places[parent].firstLiteral < 0 ? -1 : slots[slot(of: parent, number)]
    }

    private func slot(of parent: Int, _ number: Int) -> Int {
        var slot = Self.hash(parent, number) & (slots.count - 1)
        while slots[slot] >= 0 {
            let place = slots[slot]
            if places[place].parent == parent, places[place].token == number { break }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private mutating func grow() {
        slots = [Int](repeating: -1, count: max(16, slots.count * 2))
        for (place, node) in places.enumerated() where node.token >= 0 {
            slots[slot(of: node.parent, node.token)] = place
        }
    }

    /// Nobody outside knows these, so nobody can choose rules that share a slot.
    private static let seed = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max) | 1)

    @inline(__always)
    private static func hash(_ parent: Int, _ number: Int) -> Int {
        let key = (UInt64(truncatingIfNeeded: parent) &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(truncatingIfNeeded: number)
        let product = (key ^ seed.0).multipliedFullWidth(by: seed.1)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }
}

extension TokenTrie {
    /// The numbers of a word's tokens, each looked up when it is first needed: a walk that ends early asks for few, and
    /// one that forks for none twice.
    package struct Word: ~Copyable {
        private static let unknown = -1
        private static let notAsked = -2

        private let trie: TokenTrie
        package let tokens: [Pattern.Token]
        private var numbers: [Int] = []

        package init(_ tokens: [Pattern.Token], in trie: TokenTrie) {
            self.trie = trie
            self.tokens = tokens
        }

        /// The child of a place for the literal at a depth of the word; -1 where there is none, or `*` stands there.
        package mutating func child(of place: Int, at depth: Int) -> Int {
            guard trie.places[place].firstLiteral >= 0, case .literal(let bytes) = tokens[depth] else { return -1 }
            if numbers.isEmpty { numbers = [Int](repeating: Self.notAsked, count: tokens.count) }
            if numbers[depth] == Self.notAsked { numbers[depth] = trie.numbers.number(of: bytes) ?? Self.unknown }
            return numbers[depth] < 0 ? -1 : trie.child(of: place, numbers[depth])
        }
    }
}

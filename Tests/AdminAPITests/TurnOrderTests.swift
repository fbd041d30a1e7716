import Testing

@testable import AdminAPI

@Suite struct TurnOrderTests {
    /// What becomes of those who come, a letter for the party of each: who goes at once, and who follows as each that goes leaves.
    private func turns(_ order: inout TurnOrder<Character>, _ parties: String) -> String {
        var going: [Character] = []
        for party in parties {
            switch order.arrive(String(party)) {
            case .goes: going.append(party)
            case .waits: order.wait(String(party), party)
            case .turnedAway: Issue.record("\(party) is turned away")
            }
        }
        var place = going.startIndex
        while place < going.count {
            if let next = order.leave(String(going[place])) { going.append(next) }
            place += 1
        }
        return String(going)
    }

    @Test func `who comes last of many waits for one of each other party`() {
        var one = TurnOrder<Character>(places: 1)
        #expect(turns(&one, "aaaaaab") == "aabaaaa")
        #expect(turns(&one, "aaaabbbcc") == "aabcabcab")
        var two = TurnOrder<Character>(places: 2)
        #expect(turns(&two, "aaaaaab") == "aabaaaa")
        #expect(turns(&two, "aaaabbbcc") == "aabacbacb")
    }

    @Test func `one alone has all places, and no more than its part while others wait`() {
        var order = TurnOrder<Int>(places: 4)
        for _ in 0..<4 { #expect(order.arrive("a") == .goes) }
        for ticket in 0..<8 {
            #expect(order.arrive("a") == .waits)
            order.wait("a", ticket)
        }
        for ticket in 10..<18 {
            #expect(order.arrive("b") == .waits)
            order.wait("b", ticket)
        }
        #expect([order.leave("a"), order.leave("a")] == [10, 11])
        // Two and two: whoever leaves makes room for its own.
        #expect([order.leave("a"), order.leave("b"), order.leave("b"), order.leave("a")] == [0, 12, 13, 1])
    }

    @Test func `one who is held to fewer places leaves one to others, and waits for his own`() {
        var order = TurnOrder<Int>(places: 3, mostHeld: 2)
        #expect(order.arrive("a") == .goes && order.arrive("a") == .goes)
        for ticket in 1...2 {
            #expect(order.arrive("a") == .waits)
            order.wait("a", ticket)
        }
        #expect(order.arrive("b") == .goes)
        // The place that becomes free is none for him.
        #expect(order.leave("b") == nil && order.arrive("c") == .goes)
        #expect(order.arrive("b") == .waits)
        order.wait("b", 3)
        #expect([order.leave("c"), order.leave("a"), order.leave("a")] == [3, 1, 2])
    }

    @Test func `whoever comes again and again keeps nobody waiting`() {
        var order = TurnOrder<String>(places: 2)
        #expect(order.arrive("a") == .goes && order.arrive("b") == .goes)
        for party in ["c", "d"] {
            #expect(order.arrive(party) == .waits)
            order.wait(party, party)
        }
        var going = ["a", "b"]
        var seen: [String] = []
        for _ in 0..<8 {
            let party = going.removeFirst()
            let next = order.leave(party)
            if let next { going.append(next) }
            seen.append(next ?? "-")
            #expect(order.arrive(party) == .waits)
            order.wait(party, party)
        }
        #expect(seen == ["c", "d", "a", "b", "c", "d", "a", "b"])
    }

    @Test func `too many of one party are turned away, and none of another`() {
        var order = TurnOrder<Int>(places: 1, mostWaiting: 2)
        #expect(order.arrive("a") == .goes)
        for ticket in 1...2 {
            #expect(order.arrive("a") == .waits)
            order.wait("a", ticket)
        }
        #expect(order.arrive("a") == .turnedAway)
        #expect(order.arrive("b") == .waits)
        order.wait("b", 3)
        #expect(order.leave("a") == 1 && order.arrive("a") == .waits)
        #expect([order.leave("a"), order.leave("b"), order.leave("a")] == [3, 2, nil])
        #expect(order.arrive("b") == .goes)
    }
}

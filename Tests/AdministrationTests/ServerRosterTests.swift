import Testing

@testable import Administration

@Suite struct ServerRosterTests {
    private static func server(_ name: String, _ id: String = "1") -> PresentServer {
        PresentServer(name: name, id: name + id)
    }

    private static func roster(_ names: String...) -> ServerRoster {
        var roster = ServerRoster()
        _ = roster.take(names.map { server($0) }, count: names.count, at: 0)
        return roster
    }

    @Test func `Who is there for the first time has started`() {
        var roster = ServerRoster()
        let news = roster.take([Self.server("n1"), Self.server("n2")], count: 2, at: 0)
        #expect(news.started == ["n1", "n2"] && news.returned.isEmpty)
        #expect(roster.take([Self.server("n1"), Self.server("n2")], count: 2, at: 1).isEmpty)
        #expect(roster.present == ["n1", "n2"] && roster.gone.isEmpty)
    }

    @Test func `Who does not answer is expected, and is told from one that has started again when he is back`() {
        var roster = Self.roster("n1", "n2", "n3")
        // Not to be named is not to be gone.
        #expect(roster.take([Self.server("n1")], count: 1, at: 1).isEmpty && roster.gone.isEmpty)
        roster.miss(["n2", "n3", "nobody"], at: 2)
        #expect(roster.present == ["n1"] && roster.gone == ["n2", "n3"] && roster.all == ["n1", "n2", "n3"])
        let news = roster.take([Self.server("n1"), Self.server("n2"), Self.server("n3", "2")], count: 3, at: 3)
        #expect(news.returned == ["n2"] && news.started == ["n3"] && roster.gone.isEmpty)
        #expect(roster.take([Self.server("n1", "2")], count: 1, at: 4).started == ["n1"])
    }

    @Test func `Who stays away is forgotten`() {
        var roster = Self.roster("n1", "n2")
        roster.miss(["n2"], at: 10)
        roster.miss(["n2"], at: 20)
        _ = roster.take([Self.server("n1")], count: 1, at: 9 + ServerRoster.patience)
        #expect(roster.gone == ["n2"])
        _ = roster.take([Self.server("n1")], count: 1, at: 10 + ServerRoster.patience)
        #expect(roster.all == ["n1"])
    }

    @Test func `Who has no name is forgotten once the others count him no more`() {
        var roster = ServerRoster()
        let (one, other) = (PresentServer(name: "ID1", id: "ID1"), PresentServer(name: "ID2", id: "ID2"))
        _ = roster.take([one, other], count: 2, at: 0)
        roster.miss(["ID2"], at: 1)
        _ = roster.take([one], count: 2, at: 2)
        #expect(roster.gone == ["ID2"])
        _ = roster.take([one], count: 1, at: 3)
        #expect(roster.all == ["ID1"])
    }
}

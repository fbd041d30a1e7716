import Testing

@testable import Broker

@Suite struct ReplyRoutesTests {
    private func route(_ open: OpenRequests, _ answers: ReplyRoutes.Answers = .one) -> ReplyRoutes.Route {
        ReplyRoutes.Route(
            importer: 7, reply: Array("inbox".utf8), answers: answers, threshold: 100, open: open, now: 0)
    }

    @Test func oneAnswerClosesTheWay() throws {
        var routes = ReplyRoutes(shard: 0)
        let opened = routes.open(route(OpenRequests()))
        let subject = try #require(opened)
        #expect(copied(subject.bytes.span).starts(with: Array("_R_.".utf8)))
        let first = routes.take(subject, isEmpty: false, now: 1)
        let second = routes.take(subject, isEmpty: false, now: 1)
        #expect(first?.reply == Array("inbox".utf8) && second == nil && routes.isEmpty)
    }

    @Test func manyAnswersEndWithAnEmptyOne() throws {
        var routes = ReplyRoutes(shard: 0)
        let opened = routes.open(route(OpenRequests(), .many))
        let subject = try #require(opened)
        let taken = [false, false, true, false].map { routes.take(subject, isEmpty: $0, now: 1) != nil }
        #expect(taken == [true, true, true, false])
    }

    @Test func waysEndWithTheirTime() throws {
        var routes = ReplyRoutes(shard: 0)
        let opened = routes.open(route(OpenRequests(), .many))
        let subject = try #require(opened)
        let late = routes.take(subject, isEmpty: false, now: 101)
        #expect(late == nil && routes.isEmpty)
        _ = routes.open(route(OpenRequests()))
        routes.removeExpired(now: 2_000_000_000)
        #expect(routes.isEmpty)
    }

    @Test func theTimeOfManyAnswersRunsFromTheLast() throws {
        var routes = ReplyRoutes(shard: 0)
        let opened = routes.open(route(OpenRequests(), .many))
        let subject = try #require(opened)
        let taken = [90, 180, 280, 381].map { routes.take(subject, isEmpty: false, now: $0) != nil }
        #expect(taken == [true, true, true, false] && routes.isEmpty)
    }

    @Test func aFloodIsTheImportersOwnMisfortune() {
        var routes = ReplyRoutes(shard: 0)
        let (greedy, modest) = (OpenRequests(), OpenRequests())
        var opened = 0
        for _ in 0..<(OpenRequests.capacity + 100) where routes.open(route(greedy)) != nil { opened += 1 }
        #expect(opened == OpenRequests.capacity)
        let other = routes.open(route(modest))
        #expect(other != nil)
        routes.removeExpired(now: 2_000_000_000)
        let again = routes.open(route(greedy))
        #expect(again != nil)
    }

    /// What an account has open is counted over all shards.
    @Test func shardsShareTheCount() throws {
        var shards = (0..<3).map { ReplyRoutes(shard: $0) }
        let open = OpenRequests()
        var subjects: [Way] = []
        for number in 0..<OpenRequests.capacity {
            let subject = shards[number % 3].open(route(open))
            subjects.append(try #require(subject))
        }
        let beyond = shards[0].open(route(open))
        shards[1].close(subjects[1])
        let again = shards[2].open(route(open))
        #expect(beyond == nil && again != nil)
    }

    @Test(arguments: [0, 1, 9, 10, 35, 36, 61]) func theSubjectNamesTheShard(_ shard: Int) throws {
        var routes = ReplyRoutes(shard: shard)
        let opened = routes.open(route(OpenRequests()))
        let subject = try #require(opened)
        #expect(ReplyRoutes.shard(of: subject.bytes.span) == shard)
    }

    @Test func otherSubjectsNameNone() {
        for text in [
            "", "_R_.", "_R_.0", "_R_.-aaaaa." + String(repeating: "a", count: 14),
            "_R_.0" + String(repeating: "a", count: 20),
            "_R_.0" + String(repeating: "a", count: 21),
        ] {
            #expect(ReplyRoutes.shard(of: Array(text.utf8).span) == nil)
        }
    }
}

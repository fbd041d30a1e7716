import Authorization
import Claims
import NKeys
import Testing

@testable import Broker

@Suite struct ReplyRoutesTests {
    private func account() throws -> Account {
        let key = KeyPair.generate(.account)
        let claims = AccountClaims(subject: key.publicKey.text)
        return Account(try ResolvedAccount(token: claims.encode(signedBy: key, at: 1)))
    }

    private func route(_ importer: Account, _ answers: ReplyRoutes.Answers = .one) -> ReplyRoutes.Route {
        ReplyRoutes.Route(importer: importer, reply: Array("inbox".utf8), answers: answers, deadline: 100)
    }

    @Test func oneAnswerClosesTheWay() throws {
        var routes = ReplyRoutes()
        let subject = try #require(routes.open(route(try account())))
        #expect(subject.starts(with: ReplyRoutes.prefix) && subject.count == 24)
        let first = routes.take(subject, isEmpty: false, now: 1)
        let second = routes.take(subject, isEmpty: false, now: 1)
        #expect(first?.reply == Array("inbox".utf8) && second == nil && routes.isEmpty)
    }

    @Test func manyAnswersEndWithAnEmptyOne() throws {
        var routes = ReplyRoutes()
        let subject = try #require(routes.open(route(try account(), .many)))
        let taken = [false, false, true, false].map { routes.take(subject, isEmpty: $0, now: 1) != nil }
        #expect(taken == [true, true, true, false])
    }

    @Test func waysEndWithTheirTime() throws {
        var routes = ReplyRoutes()
        let subject = try #require(routes.open(route(try account(), .many)))
        let late = routes.take(subject, isEmpty: false, now: 101)
        #expect(late == nil && routes.isEmpty)
        _ = routes.open(route(try account()))
        routes.removeExpired(now: 2_000_000_000)
        #expect(routes.isEmpty)
    }

    @Test func aFloodIsTheImportersOwnMisfortune() throws {
        var routes = ReplyRoutes()
        let (greedy, modest) = (try account(), try account())
        var opened = 0
        for _ in 0..<(ReplyRoutes.capacity + 100) where routes.open(route(greedy)) != nil { opened += 1 }
        #expect(opened == ReplyRoutes.capacity)
        let other = routes.open(route(modest))
        #expect(other != nil)
        routes.removeExpired(now: 2_000_000_000)
        let again = routes.open(route(greedy))
        #expect(again != nil)
    }
}

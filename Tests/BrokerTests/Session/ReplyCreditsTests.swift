import Authorization
import Claims
import Testing

@testable import Broker

@Suite struct ReplyCreditsTests {
    private func terms(_ maximum: Int, _ expires: Int64) throws -> ResponseTerms {
        let permissions = Permissions(
            publish: Permission(), subscribe: Permission(),
            response: ResponsePermission(maxMessages: maximum, expires: expires))
        return try #require(PermissionProgram(permissions, source: .server).response)
    }

    private let reply = Array("_INBOX.a".utf8)

    @Test func isSpentByAnswers() throws {
        var credits = ReplyCredits()
        #expect(!credits.spend(reply.span, now: 0))
        credits.grant(reply.span, try terms(2, 1000), now: 0)
        #expect(credits.spend(reply.span, now: 1))
        #expect(!credits.spend(Array("_INBOX.b".utf8).span, now: 1))
        #expect(credits.spend(reply.span, now: 2))
        #expect(!credits.spend(reply.span, now: 3))
    }

    /// Rule S11.
    @Test func countsPerDeliveredRequest() throws {
        var credits = ReplyCredits()
        let terms = try terms(1, 1000)
        credits.grant(reply.span, terms, now: 0)
        credits.grant(reply.span, terms, now: 0)
        #expect(credits.spend(reply.span, now: 1) && credits.spend(reply.span, now: 1))
        #expect(!credits.spend(reply.span, now: 1))
    }

    @Test func runsOut() throws {
        var credits = ReplyCredits()
        credits.grant(reply.span, try terms(1, 1000), now: 0)
        #expect(!credits.spend(reply.span, now: 1001))
        credits.grant(reply.span, try terms(1, -1), now: 0)
        #expect(credits.spend(reply.span, now: .max))
    }

    @Test func hasDefaultsAndNoLimits() throws {
        #expect(try terms(0, 0) == terms(1, 120_000_000_000))
        var credits = ReplyCredits()
        credits.grant(reply.span, try terms(-1, -1), now: 0)
        for _ in 0..<100 { #expect(credits.spend(reply.span, now: 5)) }
    }

    @Test func timesThatOverflowAreForEver() throws {
        var credits = ReplyCredits()
        credits.grant(reply.span, try terms(1, .max), now: .max - 1)
        #expect(credits.spend(reply.span, now: .max))
    }
}

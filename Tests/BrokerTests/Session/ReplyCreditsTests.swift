import Authorization
import Claims
import TestSupport
import Testing

@testable import Broker

extension ReplyCredits {
    /// As on the data path, for subjects in arrays.
    fileprivate mutating func take(_ reply: [UInt8], at now: Int64) -> Bool {
        spend(reply.span, now: now)
    }
}

@Suite struct ReplyCreditsTests {
    private func terms(_ maximum: Int, _ expires: Int64) throws -> ResponseTerms {
        let permissions = Permissions(
            publish: Permission(), subscribe: Permission(),
            response: ResponsePermission(maxMessages: maximum, expires: expires))
        return try #require(PermissionProgram(permissions).response)
    }

    private let reply = Array("_INBOX.a".utf8)

    @Test func isSpentByAnswers() throws {
        var credits = ReplyCredits()
        var answers = [credits.take(reply, at: 0)]
        credits.grant(reply.span, try terms(2, 1000), now: 0)
        answers += [credits.take(reply, at: 1), credits.take(Array("_INBOX.b".utf8), at: 1)]
        answers += [credits.take(reply, at: 2), credits.take(reply, at: 3)]
        #expect(answers == [false, true, false, true, false])
    }

    /// Rule S11.
    @Test func countsPerDeliveredRequest() throws {
        var credits = ReplyCredits()
        let terms = try terms(1, 1000)
        credits.grant(reply.span, terms, now: 0)
        credits.grant(reply.span, terms, now: 0)
        let answers = (0..<3).map { _ in credits.take(reply, at: 1) }
        #expect(answers == [true, true, false])
    }

    @Test func runsOut() throws {
        var credits = ReplyCredits()
        credits.grant(reply.span, try terms(1, 1000), now: 0)
        let late = credits.take(reply, at: 1001)
        credits.grant(reply.span, try terms(1, -1), now: 0)
        let everlasting = credits.take(reply, at: .max)
        #expect(!late && everlasting)
    }

    @Test func hasDefaultsAndNoLimits() throws {
        #expect(try terms(0, 0) == terms(1, 120_000_000_000))
        var credits = ReplyCredits()
        credits.grant(reply.span, try terms(-1, -1), now: 0)
        let answers = (0..<100).map { _ in credits.take(reply, at: 5) }
        #expect(!answers.contains(false))
    }

    @Test func timesThatOverflowAreForEver() throws {
        var credits = ReplyCredits()
        credits.grant(reply.span, try terms(1, .max), now: .max - 1)
        let isTaken = credits.take(reply, at: .max)
        #expect(isTaken)
    }

    /// The greatest numbers that a JWT can hold, granted again and again: nothing wraps and nothing traps.
    @Test(arguments: [Int.max, Int.max - 1, 9_223_372_034_707_292_161, 1 << 31])
    func hugeNumbersStayNumbers(_ maximum: Int) throws {
        var credits = ReplyCredits()
        let terms = try terms(maximum, -1)
        for _ in 0..<3 { credits.grant(reply.span, terms, now: 0) }
        let answers = (0..<10).map { _ in credits.take(reply, at: 1) }
        #expect(!answers.contains(false))
    }

    /// Requests that are never answered push each other out, not the newest.
    @Test func aFloodLeavesRoomForNewRequests() throws {
        var credits = ReplyCredits()
        let terms = try terms(1, -1)
        for number in 0..<(ReplyCredits.capacity * 3) { credits.grant(Array("r.\(number)".utf8).span, terms, now: 0) }
        let newest = credits.take(Array("r.\(ReplyCredits.capacity * 3 - 1)".utf8), at: 1)
        let oldest = credits.take(Array("r.0".utf8), at: 1)
        #expect(newest && !oldest)
        let large = [UInt8](repeating: 0x61, count: 4000)
        for number in 0..<5_000 { credits.grant((large + Array("\(number)".utf8)).span, terms, now: 0) }
        let first = credits.take(large + Array("0".utf8), at: 1)
        let last = credits.take(large + Array("4999".utf8), at: 1)
        #expect(last && !first)
    }

    /// A reply subject that is used again and again keeps its newest credit, however often it was spent before.
    @Test func aSubjectUsedAgainIsANewOne() throws {
        var credits = ReplyCredits()
        let terms = try terms(1, -1)
        let replies = (0..<100).map { Array("_INBOX.\($0)".utf8) }
        var refused = 0
        for round in 0..<(ReplyCredits.capacity * 4) {
            let key = replies[round % replies.count]
            credits.grant(key.span, terms, now: 0)
            if !credits.take(key, at: 1) { refused += 1 }
        }
        #expect(refused == 0)
        let first = replies[0]
        credits.grant(first.span, terms, now: 0)
        for round in 0..<(ReplyCredits.capacity - 10) {
            let key = replies[1 + round % 99]
            credits.grant(key.span, terms, now: 0)
            _ = credits.take(key, at: 1)
        }
        let isKept = credits.take(first, at: 1)
        #expect(isKept)
    }

    /// Against a dictionary, for subjects that come again and again in any order.
    @Test func spendsWhatADictionarySpends() throws {
        var generator = SeededGenerator.announced()
        var credits = ReplyCredits()
        var expected: [[UInt8]: (answers: Int, deadline: Int64)] = [:]
        let terms = try [terms(1, 100), terms(3, 40), terms(2, -1)]
        var spent = 0
        for now in 0..<Int64(60_000) {
            let key = Array("_INBOX.\(Int.random(in: 0..<200, using: &generator))".utf8)
            if Int.random(in: 0..<3, using: &generator) == 0 {
                let term = terms[Int.random(in: 0..<3, using: &generator)]
                credits.grant(key.span, term, now: now)
                let left = expected[key].map { now <= $0.deadline ? $0.answers : 0 } ?? 0
                expected[key] = (left + (term.maximum ?? 0), term.lifetime.map { now + $0 } ?? .max)
            } else {
                var isExpected = false
                if let (answers, deadline) = expected[key] {
                    isExpected = now <= deadline
                    expected[key] = isExpected && answers > 1 ? (answers - 1, deadline) : nil
                }
                let isTaken = credits.take(key, at: now)
                #expect(isTaken == isExpected)
                if isTaken { spent += 1 }
            }
        }
        #expect(spent > 10_000)
    }
}

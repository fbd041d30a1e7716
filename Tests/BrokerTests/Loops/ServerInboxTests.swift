import Subjects
import Testing

@testable import Broker

@Suite struct ServerInboxTests {
    @Test func anAnswerCountsOnceAndInItsAccount() {
        var inbox = ServerInbox(shard: 3)
        let subject = inbox.open(for: .client(connection: 7), account: 1)
        #expect(ServerInbox.shard(of: subject.span) == 3)
        #expect(inbox.take(subject, in: 2) == nil, "another account")
        #expect(inbox.take(subject, in: 1) == .client(connection: 7))
        #expect(inbox.take(subject, in: 1) == nil, "a second time")
    }

    @Test func noMoreAnswersCountThanWereAskedFor() {
        var inbox = ServerInbox(shard: 0)
        let subject = inbox.open(for: .lookup(5), account: 1, answers: 2)
        #expect(inbox.take(subject, in: 1) == .lookup(5))
        #expect(inbox.take(subject, in: 1) == .lookup(5))
        #expect(inbox.take(subject, in: 1) == nil)
    }

    @Test func whoHasGoneWaitsForNothing() {
        var inbox = ServerInbox(shard: 0)
        let subject = inbox.open(for: .client(connection: 7), account: 1)
        inbox.close(subject)
        #expect(inbox.take(subject, in: 1) == nil)
    }

    @Test func subjectsAreTheirOwnAndMatchThePattern() throws {
        var inbox = ServerInbox(shard: 61)
        let subjects = Set((0..<500).map { inbox.open(for: .lookup(UInt64($0)), account: 0) })
        let pattern = try #require(ServerInbox.pattern)
        #expect(subjects.count == 500 && subjects.allSatisfy { ServerInbox.shard(of: $0.span) == 61 })
        #expect(String(decoding: pattern.bytes, as: UTF8.self) == "$SYS._INBOX.*.*")
    }

    @Test(arguments: [
        "", "$SYS._INBOX.", "$SYS._INBOX.0", "$SYS._INBOX.0.short", "$SYS._INBOX.-.0123456789012345678901",
        "$SYS._INBOX.00.123456789012345678901", "$SYS._INBOX.0.01234567890123456789012",
    ])
    func othersNameNoShard(text: String) {
        #expect(ServerInbox.shard(of: Array(text.utf8).span) == nil)
    }
}

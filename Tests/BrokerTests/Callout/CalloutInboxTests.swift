import Subjects
import Testing

@testable import Broker

@Suite struct CalloutInboxTests {
    @Test func anAnswerCountsOnceAndInItsAccount() {
        var inbox = CalloutInbox(shard: 3)
        let subject = inbox.open(for: 7, account: 1)
        #expect(CalloutInbox.shard(of: subject.span) == 3)
        #expect(inbox.take(subject, in: 2) == nil, "another account")
        #expect(inbox.take(subject, in: 1) == 7)
        #expect(inbox.take(subject, in: 1) == nil, "a second time")
    }

    @Test func whoHasGoneWaitsForNothing() {
        var inbox = CalloutInbox(shard: 0)
        let subject = inbox.open(for: 7, account: 1)
        inbox.close(subject)
        #expect(inbox.take(subject, in: 1) == nil)
    }

    @Test func subjectsAreTheirOwnAndMatchThePattern() throws {
        var inbox = CalloutInbox(shard: 61)
        let subjects = Set((0..<500).map { inbox.open(for: UInt64($0), account: 0) })
        let pattern = try #require(CalloutInbox.pattern)
        #expect(subjects.count == 500 && subjects.allSatisfy { CalloutInbox.shard(of: $0.span) == 61 })
        #expect(String(decoding: pattern.bytes, as: UTF8.self) == "$SYS._INBOX.*.*")
    }

    @Test(arguments: [
        "", "$SYS._INBOX.", "$SYS._INBOX.0", "$SYS._INBOX.0.short", "$SYS._INBOX.-.0123456789012345678901",
        "$SYS._INBOX.00.123456789012345678901", "$SYS._INBOX.0.01234567890123456789012",
    ])
    func othersNameNoShard(text: String) {
        #expect(CalloutInbox.shard(of: Array(text.utf8).span) == nil)
    }
}

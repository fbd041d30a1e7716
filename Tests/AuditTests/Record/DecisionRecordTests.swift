import Audit
import Authorization
import Foundation
import NKeys
import Secrets
import TestSupport
import Testing

@Suite struct DecisionRecordTests {
    private static let id = LogID(genesis: SampleLog.pair.publicKey)

    private func refusal() -> DecisionRecord {
        var record = SampleLog.record(.publish, .denied, at: 9, Self.id)
        (record.source, record.total) = (1, 42)
        record.who = DecidedWho(account: "AAA", user: "UUU", name: "alice", role: "sensor")
        record.connection = .init(server: "n1", id: 7, address: "10.0.0.1", type: "STANDARD")
        record.subject = AuditSubject(Array("a.b".utf8))
        record.rule = .init(effect: "default", claim: "/nats/pub/allow")
        record.claims = "cc"
        record.reason = "not_allowed_by_any_rule"
        return record
    }

    @Test func `members stand in their order, without blanks, and what is absent is left out`() {
        #expect(
            String(decoding: refusal().encoded, as: UTF8.self)
                == #"{"v":1,"log":"\#(Self.id)","i":0,"time":"2026-11-26T12:00:00.000000Z","boot":"b1","at":9,"#
                + #""src":1,"n":42,"kind":"publish","outcome":"denied","evidence":"decided","#
                + #""who":{"account":"AAA","user":"UUU","name":"alice","role":"sensor"},"#
                + #""conn":{"server":"n1","id":7,"address":"10.0.0.1","type":"STANDARD"},"subject":"a.b","#
                + #""rule":{"effect":"default","claim":"/nats/pub/allow"},"claims":"cc","#
                + #""reason":"not_allowed_by_any_rule","salt":"07070707070707070707070707070707"}"#)
    }

    @Test func `what is written is read again`() throws {
        var random = SeededGenerator.announced()
        for _ in 0..<2_000 {
            let record = randomRecord(&random)
            let bytes = record.encoded
            #expect(bytes.count <= AuditRecord.largest && !bytes.contains(0x0A))
            #expect(try DecisionRecord(bytes: bytes) == record)
        }
    }

    @Test func `the longest record fits, and its subjects are cut with their lengths and hashes`() throws {
        for byte in [UInt8(1), 0x22, 0xFF, 0x61] {
            let worst = [UInt8](repeating: byte, count: 60_000)
            let text = String(repeating: "\u{1}", count: 60_000)
            var record = refusal()
            record.who = DecidedWho(
                account: text, user: text.prefix(56).description, name: text, tokenID: text, role: text)
            record.connection = .init(server: text, id: .max, address: text, type: "LEAFNODE_WS")
            (record.subject, record.typed) = (AuditSubject(worst), AuditSubject(worst))
            (record.queue, record.reply) = (AuditSubject(worst), AuditSubject(worst))
            record.rule = .init(effect: "deny", text: text, claim: text)
            record.hops = [.init(account: text)]
            record.repeats = .init(
                count: .max, first: "x", last: "y", distinct: .max,
                samples: [AuditSubject](repeating: AuditSubject(worst, limit: 64), count: 8))
            let read = try DecisionRecord(bytes: record.encoded)
            #expect(read.subject?.size == 60_000 && read.subject?.hash?.utf8.count == 64)
            #expect(read.subject?.isBase64 == (byte == 0xFF))
        }
    }

    @Test func `a subject is shown to 512 bytes, and never a seed in it`() {
        #expect(AuditSubject([UInt8](repeating: 0x61, count: 512)).size == nil)
        let long = AuditSubject([UInt8](repeating: 0x61, count: 513))
        #expect(long.size == 513 && long.text.utf8.count == 512 && long.hash?.utf8.count == 64)
        #expect(AuditSubject([0x61, 0xFF]).isBase64 && AuditSubject([0x61, 0xFF]).text == "Yf8=")
        let seed = KeyPair.generate(.user).seed.withBytes { String(decoding: $0, as: UTF8.self) }
        for bytes in [Array("x.\(seed)".utf8), Array("x.\(seed)".utf8) + [0xFF]] {
            let subject = AuditSubject(bytes)
            #expect(!subject.text.contains(seed) && !String(decoding: subject.bytes, as: UTF8.self).contains(seed))
        }
    }

    @Test func `what is nearly a record is none`() throws {
        let text = String(decoding: refusal().encoded, as: UTF8.self)
        let wrong = [
            text.replacing("\"src\":1,", with: "\"src\": 1,"), text.replacing("\"n\":42", with: "\"n\":042"),
            text.replacing("\"n\":42", with: "\"n\":4.2"), text.replacing("\"n\":42,", with: "\"n\":42,\"n\":42,"),
            text.replacing("\"src\":1,\"n\":42", with: "\"n\":42,\"src\":1"), text + " ", text + text,
            text.replacing("publish", with: "published"), text.replacing("\"v\":1", with: "\"v\":2"),
            text.replacing("\"claims\"", with: "\"clains\""), text.replacing("a.b", with: "a\\/b"),
            text.replacing("\"n\":42", with: "\"n\":99999999999999999999"), String(text.dropLast()), "", "{}", "[]",
            String(repeating: "[", count: 4_000),
        ]
        for text in wrong {
            #expect(throws: AuditError.self, "\(text)") { try DecisionRecord(bytes: Array(text.utf8)) }
        }
    }

    @Test func `reasons are a closed list of different codes, and the page explains each`() throws {
        #expect(Set(AuditReason.all).count == AuditReason.all.count)
        #expect(AuditReason.all.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "_" } })
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/audit.md")
            .standardized
        let text = try String(contentsOf: page, encoding: .utf8)
        for code in AuditReason.all {
            #expect(text.contains("| `\(code)` |"), "docs/audit.md does not explain \(code)")
        }
    }

    private func randomRecord(_ random: inout SeededGenerator) -> DecisionRecord {
        func maybe<Value>(_ value: @autoclosure () -> Value) -> Value? { Bool.random(using: &random) ? value() : nil }
        var record = SampleLog.record(
            AuditKind.allCases.randomElement(using: &random) ?? .gap,
            AuditOutcome.allCases.randomElement(using: &random) ?? .cut, at: .random(in: 0 ... .max, using: &random),
            Self.id)
        (record.source, record.total) = (maybe(.random(in: 0..<16, using: &random)), maybe(Int64(5)))
        if Bool.random(using: &random) {
            record.who = DecidedWho(
                account: text(&random), user: text(&random), name: text(&random), token: text(&random))
        }
        if Bool.random(using: &random) { record.connection = .init(server: text(&random), id: 3, type: "MQTT") }
        if Bool.random(using: &random) { record.subject = subject(&random) }
        if Bool.random(using: &random) { record.typed = subject(&random) }
        if Bool.random(using: &random) {
            record.rule = .init(effect: "deny", text: text(&random), claim: text(&random))
        }
        if Bool.random(using: &random) {
            record.repeats = .init(
                count: 7, first: "a", last: "b", distinct: 2, samples: [AuditSubject(Array("x".utf8), limit: 64)])
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            record.gap = AuditGap(cause: .flood, from: "a", to: "b", lost: ["publish.denied": 4, "connect.denied": 1])
        case 1: record.gap = AuditGap(cause: .crash, from: "a", to: "b", lost: nil, atMost: 9)
        case 2: record.gap = AuditGap(cause: .clock, from: "a", to: "b")
        default: break
        }
        return record
    }

    private func text(_ random: inout SeededGenerator) -> String {
        let alphabet = Array("ab\"\\\u{1}\u{7F}é漢😀 ")
        let count = Int.random(in: 0..<12, using: &random)
        return String((0..<count).map { _ in alphabet.randomElement(using: &random) ?? "a" })
    }

    private func subject(_ random: inout SeededGenerator) -> AuditSubject {
        let count = Int.random(in: 0..<4, using: &random) == 0 ? 700 : Int.random(in: 1..<30, using: &random)
        let isPlain = Bool.random(using: &random)
        return AuditSubject(
            (0..<count).map { _ in
                isPlain ? .random(in: 0x30..<0x5B, using: &random) : .random(in: 0...255, using: &random)
            })
    }
}

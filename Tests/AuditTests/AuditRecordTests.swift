import Audit
import Foundation
import NKeys
import Secrets
import TestSupport
import Testing

@Suite struct AuditRecordTests {
    private static let pair = KeyPair.generate(.server)

    private func record(
        actor: String = "local:alice", reason: String? = nil, object: AuditRecord.Object? = nil
    ) -> AuditRecord {
        var actor = AuditActor(actor)
        actor.request = "0123"
        return AuditRecord(
            log: LogID(genesis: Self.pair.publicKey), index: 7,
            moment: AuditMoment(unixSeconds: 1_800_000_000, microsecond: 42, boot: "b", sinceBoot: 9),
            operation: .accountEdit, outcome: .changed, actor: actor, reason: reason, object: object,
            before: "aa", after: "bb", random: RandomSource { $0.initializeMemory(as: UInt8.self, repeating: 0xAB) })
    }

    @Test func `members stand in their order, without blanks, and what is absent is left out`() throws {
        let object = AuditRecord.Object(type: "account", id: "AAA", name: "A", scope: "OOO")
        let log = LogID(genesis: Self.pair.publicKey).text
        let patch = AuditPatch(json: Array(#"[{"op":"add","path":"/a","value":1}]"#.utf8))
        let text = String(
            decoding: try record(reason: "edit account", object: object).encoded(patch: patch), as: UTF8.self)
        #expect(
            text == #"{"v":1,"log":"\#(log)","i":7,"time":"2027-01-15T08:00:00.000042Z","boot":"b","at":9,"#
                + #""kind":"admin","op":"account.edit","outcome":"changed","evidence":"decided","#
                + #""actor":{"type":"local","id":"alice","request":"0123"},"reason":"edit account","#
                + #""object":{"type":"account","id":"AAA","name":"A","scope":"OOO"},"before":"aa","after":"bb","#
                + #""patch":[{"op":"add","path":"/a","value":1}],"salt":"abababababababababababababababab"}"#)
        #expect(!String(decoding: try record().encoded(), as: UTF8.self).contains("object"))
    }

    @Test func `what is written is read again`() throws {
        var generator = SeededGenerator.announced()
        for _ in 0..<300 {
            let text = randomText(&generator)
            let object = AuditRecord.Object(type: "user", id: randomText(&generator), name: text, scope: "A")
            let written = record(actor: "nkey:" + text, reason: text, object: object)
            let bytes = try written.encoded()
            #expect(try AuditRecord(bytes: bytes) == written)
        }
    }

    @Test func `texts that are too long are cut and the record stays within its bound`() throws {
        let worst = String(repeating: "\u{1}", count: 10_000)
        let object = AuditRecord.Object(type: "user", id: worst, name: worst, scope: nil)
        let patch = AuditPatch(json: Array(repeating: UInt8(ascii: "1"), count: AuditRecord.largestPatch))
        let bytes = try record(actor: worst, reason: worst, object: object).encoded(patch: patch)
        #expect(bytes.count <= AuditRecord.largest)
        let reason = try #require(try AuditRecord(bytes: try record(reason: worst).encoded()).reason)
        #expect(reason.hasSuffix("\u{2026}") && reason.utf8.count <= 128)
    }

    @Test func `a long patch is named by its hash`() throws {
        let json = Array("[".utf8) + Array(repeating: UInt8(ascii: " "), count: 3_000) + Array("]".utf8)
        let patch = AuditPatch(json: json)
        #expect(patch.isExhibit)
        let text = String(decoding: try record().encoded(patch: patch), as: UTF8.self)
        #expect(text.contains(#""patch":{"sha256":"\#(Hexadecimal.text(SHA256.hash(json)))","size":3002}"#))
        let short = AuditPatch(json: Array(repeating: UInt8(ascii: "1"), count: AuditRecord.largestPatch))
        #expect(!short.isExhibit)
    }

    @Test(arguments: ["", "{}", "[]", "null", #"{"v":1}"#, "{", String(repeating: "[", count: 4_000)])
    func `what is no record is refused`(text: String) {
        #expect(throws: AuditError.self) { try AuditRecord(bytes: Array(text.utf8)) }
    }

    @Test func `records of a later schema are refused by name`() throws {
        var later = record()
        later.schema = 2
        let bytes = try later.encoded()
        do {
            _ = try AuditRecord(bytes: bytes)
            Issue.record("it was read")
        } catch {
            #expect(error.code == .invalidRecord && error.message.contains("schema 2"))
        }
    }

    @Test func `times at the ends of what can be shown do not overflow`() {
        #expect(AuditMoment(unixSeconds: .min).text == "1970-01-01T00:00:00.000000Z")
        #expect(AuditMoment(unixSeconds: .max, microsecond: .max).text == "9999-12-31T23:59:59.999999Z")
    }

    @Test func `a time is shown as calendars show it`() {
        var generator = SeededGenerator.announced()
        let days: [Int64] = [0, 951_782_400, 951_868_800, 1_709_164_800, 4_107_542_400, 253_402_214_400]
        let others = (0..<2_000).map { _ in Int64.random(in: 0..<253_402_300_800, using: &generator) }
        for seconds in days + others {
            let text = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(Date.ISO8601FormatStyle())
            #expect(AuditMoment.secondText(seconds) + "Z" == text)
        }
    }

    private func randomText(_ generator: inout SeededGenerator) -> String {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{0}", "\u{7F}", "é", "\u{2028}", "😀", "{", ","]
        let count = Int.random(in: 0..<60, using: &generator)
        return String(
            String.UnicodeScalarView((0..<count).compactMap { _ in scalars.randomElement(using: &generator) }))
    }
}

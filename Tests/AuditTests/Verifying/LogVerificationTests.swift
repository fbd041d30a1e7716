import Audit
import NKeys
import TestSupport
import Testing

/// Whatever somebody does to a log's files is found, and the record named.
@Suite struct LogVerificationTests {
    private func sample() throws -> SampleLog {
        var sample = try SampleLog()
        sample.append(6)
        try sample.log.sign(isKept: true)
        sample.append(6)
        try sample.log.end()
        #expect(try sample.findings.problems.isEmpty)
        return sample
    }

    @Test func `every byte of every file counts`() throws {
        var random = SeededGenerator.announced()
        var sample = try SampleLog()
        sample.append(2)
        try sample.log.sign(isKept: true)
        sample.append(2)
        try sample.log.end()
        for (name, content) in sample.storage.files {
            for position in content.indices {
                let storage = MemoryStorage(sample.storage.files)
                storage.files[name]?[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                let findings = try LogVerification.run(storage)
                guard !findings.problems.isEmpty else {
                    Issue.record("byte \(position) of \(name) does not count")
                    continue
                }
                guard name == "000.seg" else { continue }
                let index = Int64(content[..<position].count { $0 == 0x0A })
                #expect(findings.problems.contains { $0.record == index }, "byte \(position)")
            }
        }
    }

    private func lines(_ storage: MemoryStorage) -> [[UInt8]] {
        (storage.files["000.seg"] ?? []).split(separator: 0x0A).map(Array.init)
    }

    private func findings(_ sample: SampleLog, _ change: (inout [[UInt8]]) -> Void) throws -> LogFindings {
        let storage = MemoryStorage(sample.storage.files)
        var lines = lines(storage)
        change(&lines)
        storage.files["000.seg"] = lines.flatMap { $0 + [0x0A] }
        return try LogVerification.run(storage)
    }

    @Test func `a record that was removed, moved, doubled or cut off is named`() throws {
        let sample = try sample()
        for index in 0..<13 {
            let removed = try findings(sample) { $0.remove(at: index) }
            #expect(removed.problems.contains { $0.record == Int64(index) }, "removed \(index)")
            let doubled = try findings(sample) { $0.insert($0[index], at: index) }
            #expect(doubled.problems.contains { $0.record == Int64(index) + 1 }, "doubled \(index)")
            let cut = try findings(sample) { $0.removeSubrange(index...) }
            #expect(cut.problems.contains { $0.record == Int64(index) }, "cut \(index)")
            #expect(cut.verified == (index >= 7 ? 7 : 0))
            guard index < 12 else { continue }
            let moved = try findings(sample) { $0.swapAt(index, index + 1) }
            #expect(moved.problems.contains { $0.record == Int64(index) }, "moved \(index)")
        }
    }

    @Test func `a log that is rewritten with its tiles does not have its root`() throws {
        let sample = try sample()
        let storage = MemoryStorage(sample.storage.files)
        var lines = lines(storage)
        let text = String(decoding: lines[9], as: UTF8.self).replacing("orders.9", with: "orders.0")
        lines[9] = Array(text.utf8)
        storage.files["000.seg"] = lines.flatMap { $0 + [0x0A] }
        storage.files["000.tiles"] = lines.flatMap { TreeHash.leaf($0).bytes }
        let findings = try LogVerification.run(storage)
        #expect(findings.verified == 7)
        #expect(findings.problems.contains { $0.message.contains("from 7 to 12 are not those that were signed") })
    }

    @Test func `later records are not anchored, and a torn one is passed over while the log is written`() throws {
        var sample = try SampleLog()
        sample.append(3)
        try sample.log.sign()
        sample.append(2)
        try sample.log.write()
        sample.storage.files["000.seg"]? += Array("{\"v\":1,".utf8)
        let findings = try sample.findings
        #expect(findings.problems.isEmpty && findings.isOpen)
        #expect(findings.records == 6 && findings.verified == 4)
    }

    @Test func `what another log's checkpoint says of it must hold`() throws {
        let sample = try sample()
        let note = String(decoding: try #require(sample.storage.files["checkpoint"]), as: UTF8.self)
        let key = try AuditKey(name: sample.log.id.origin(of: SampleLog.name), publicKey: SampleLog.pair.publicKey)
        let checkpoint = try Checkpoint(note: note, signedByOneOf: [key])
        let mention = Checkpoint.Mention(checkpoint)
        #expect(try LogVerification.run(sample.storage, mentions: [mention]).problems.isEmpty)
        // Somebody who holds the log's key cuts it back, and another log remembers.
        let storage = MemoryStorage()
        var other = try SampleLog(storage)
        other.append(4)
        try other.log.end()
        #expect(try LogVerification.run(storage).problems.isEmpty)
        let findings = try LogVerification.run(storage, mentions: [mention])
        #expect(findings.problems.contains { $0.message.contains("another log's checkpoint") && $0.record == 5 })
        // Both ways: a checkpoint that mentions others is signed with that.
        try sample.log.sign(others: [mention])
        #expect(try LogVerification.mentions(in: sample.storage) == [mention])
    }

    @Test func `a log of another key is found by the key that was noted`() throws {
        let sample = try sample()
        let key = try sample.findings.key
        #expect(try LogVerification.run(sample.storage, expectedKey: key).problems.isEmpty)
        #expect(try LogVerification.run(sample.storage, expectedKey: key + "x").problems.count == 1)
    }

    @Test func `events that nobody accounts for are found`() throws {
        var sample = try SampleLog()
        sample.append(3)
        var record = SampleLog.record(.publish, .denied, at: 90, sample.log.id)
        (record.source, record.total) = (0, 5)
        sample.log.append(record)
        try sample.log.end()
        let findings = try sample.findings
        #expect(findings.problems.map(\.record) == [4] && findings.verified == 5)
    }
}

import Audit
import NKeys
import TestSupport
import Testing

@Suite struct SegmentedLogTests {
    /// How many whole lines are in the first bytes of a file.
    private static func lineCount(_ bytes: some Sequence<UInt8>) -> Int { bytes.count { $0 == 0x0A } }

    @Test func `a log that was cut at any byte behind its checkpoint goes on with its whole records`() throws {
        var sample = try SampleLog()
        sample.append(5)
        try sample.log.sign()
        let signed = try #require(sample.storage.files["000.seg"]).count
        sample.append(4)
        try sample.log.write()
        let whole = try #require(sample.storage.files["000.seg"])
        for length in signed...whole.count {
            // What a crash leaves: the file cut, or with something else where the rest was to be.
            for rest in [[], [UInt8](repeating: 0, count: 40), Array("{\"v\":1,\"log\"\n".utf8)] as [[UInt8]] {
                let storage = MemoryStorage(sample.storage.files)
                storage.files["000.seg"] = Array(whole.prefix(length)) + rest
                if length < whole.count { storage.files["000.tiles"]?.removeLast(length % 64) }
                let log = try SegmentedLog.open(storage, name: SampleLog.name, pair: SampleLog.pair)
                // A line that a crash left without its line feed is whole only by its line feed.
                let kept = Self.lineCount(whole.prefix(length))
                #expect(log.nextIndex == Int64(kept) && log.description.boot == "b1")
                log.append(SampleLog.record(.clock, .changed, at: 1_000, log.id))
                try log.end()
                let findings = try LogVerification.run(storage)
                #expect(findings.problems.isEmpty && findings.verified == Int64(kept) + 1)
            }
        }
    }

    @Test func `a log that lost what was signed does not go on`() throws {
        var sample = try SampleLog()
        sample.append(5)
        try sample.log.sign()
        let whole = try #require(sample.storage.files["000.seg"])
        for length in 0..<whole.count {
            let storage = MemoryStorage(sample.storage.files)
            storage.files["000.seg"] = Array(whole.prefix(length))
            #expect(throws: AuditError.self) {
                try SegmentedLog.open(storage, name: SampleLog.name, pair: SampleLog.pair)
            }
        }
    }

    @Test func `a log of another name or key is not written to`() throws {
        let sample = try SampleLog()
        try sample.log.end()
        #expect(throws: AuditError.self) {
            try SegmentedLog.open(sample.storage, name: "broker-n2", pair: SampleLog.pair)
        }
        #expect(throws: AuditError.self) {
            try SegmentedLog.open(sample.storage, name: SampleLog.name, pair: .generate(.server))
        }
        sample.storage.files["log.json"] = nil
        #expect(throws: AuditError.self) {
            try SegmentedLog.open(sample.storage, name: SampleLog.name, pair: SampleLog.pair)
        }
    }

    @Test func `segments follow each other, and the tree is that of all records`() throws {
        var sample = try SampleLog()
        let count = 1_560
        // In parts, as they come.
        for part in stride(from: 0, to: count, by: 301) {
            sample.append(min(301, count - part))
            try sample.log.write()
        }
        try sample.log.end()
        let files = sample.storage.files
        for segment in 0..<3 {
            #expect(files["00\(segment).tiles"]?.count == (512 + 2 + 1) * 32 && files["00\(segment).idx"] != nil)
            #expect(files["checkpoints/\((segment + 1) * 512)"] != nil)
        }
        #expect(files["003.seg"] != nil && files["004.seg"] == nil)
        let findings = try sample.findings
        #expect(findings.problems.isEmpty && findings.verified == Int64(count) + 1)
        #expect(findings.accounted == Int64(count) && findings.root == sample.log.tree.root)
        // Opened again, with whole segments known by their roots alone.
        let again = try SegmentedLog.open(sample.storage, name: SampleLog.name, pair: SampleLog.pair)
        #expect(again.tree == sample.log.tree)
        let reader = try LogReader(sample.storage)
        var filter = DecisionFilter()
        filter.subject = "orders.1030"
        #expect(try reader.lines(of: 2, filter).map(\.index) == [1_030])
        filter.account = "NOBODY"
        #expect(try reader.lines(of: 2, filter).isEmpty)
        // An index that somebody changed is found, and any record of a whole segment is named.
        sample.storage.files["000.idx"]?[40] ^= 1
        let line = try #require(try reader.line(at: 700))
        var text = try #require(sample.storage.files["001.seg"])
        let start = try #require(text.firstRange(of: line.bytes)?.lowerBound)
        text[start + line.bytes.count - 4] ^= 1
        sample.storage.files["001.seg"] = text
        let problems = try sample.findings.problems
        #expect(problems.contains { $0.record == 700 } && problems.contains { $0.message.contains("000.idx") })
        sample.storage.files["001.seg"] = nil
        #expect(try sample.findings.problems.contains { $0.message.contains("001.seg is missing") })
    }

    @Test func `a log that ends at the end of a segment goes on, whatever of that end was written`() throws {
        var sample = try SampleLog()
        sample.append(511)
        try sample.log.end()
        let full = sample.storage.files
        var onward = try SampleLog(MemoryStorage(full))
        onward.append(1)
        try onward.log.end()
        let closed = onward.storage.files
        #expect(closed["001.seg"] != nil)
        // The tops of the tiles and the index are there, and no next segment.
        for names in [["000.tiles"], ["000.tiles", "000.idx"]] {
            let storage = MemoryStorage(full)
            for name in names { storage.files[name] = closed[name] }
            #expect(try LogVerification.run(storage).problems.isEmpty)
            let log = try SegmentedLog.open(storage, name: SampleLog.name, pair: SampleLog.pair)
            log.append(SampleLog.record(.clock, .changed, at: 9_999, log.id))
            try log.end()
            #expect(try LogVerification.run(storage).verified == 513)
        }
    }
}

import Audit
import Testing

/// A log that is read from its end back, over several segments, with its checkpoints and proofs.
@Suite struct LogPageTests {
    private func log(_ count: Int) throws -> SampleLog {
        var sample = try SampleLog()
        sample.append(count)
        try sample.log.sign(isKept: true)
        sample.append(7)
        try sample.log.write()
        return sample
    }

    @Test(arguments: [0, 1, 511, 512, 1_300]) func `pages are the whole log`(count: Int) throws {
        let sample = try log(count)
        let reader = try LogReader(sample.storage)
        var indexes: [Int64] = []
        var before: Int64?
        repeat {
            let page = try reader.latest(100, before: before)
            #expect(page.lines.count <= 100)
            indexes = page.lines.map(\.index) + indexes
            before = page.next
        } while before != nil
        #expect(indexes == Array(0..<Int64(count + 8)))
        #expect(try reader.latest(5, before: 0).lines.isEmpty)
    }

    @Test func `a filter lets through what it says`() throws {
        let reader = try LogReader(log(1_300).storage)
        var filter = DecisionFilter()
        filter.subject = "orders.700"
        #expect(try reader.latest(10, filter).lines.map(\.index) == [700])
        filter = DecisionFilter()
        filter.account = "A"
        #expect(try reader.latest(10, filter).lines.isEmpty)
        filter = DecisionFilter()
        filter.reason = "not_allowed_by_any_rule"
        #expect(try reader.latest(3, before: 4, filter).lines.map(\.index) == [1, 2, 3])
    }

    @Test(arguments: [0, 1, 511, 512, 1_300]) func `records are shown to be under the checkpoint`(count: Int) throws {
        let reader = try LogReader(log(count).storage)
        let note = try #require(try reader.storage.read("checkpoint", at: 0, count: 64 << 10))
        let checkpoint = try Checkpoint(text: SignedNote(String(decoding: note, as: UTF8.self)).text)
        #expect(checkpoint.size == Int64(count) + 1)
        let tree = try reader.tree()
        #expect(try tree.root(size: checkpoint.size) == checkpoint.root)
        for index in Set([0, Int64(count) / 2, Int64(count)]) {
            let line = try #require(try reader.line(at: index))
            let proof = try #require(try tree.inclusion(of: index, size: checkpoint.size))
            #expect(
                MerkleProof.isIncluded(
                    .leaf(line.bytes), at: index, size: checkpoint.size, root: checkpoint.root, proof: proof))
        }
        for kept in try reader.storage.names(in: "checkpoints").compactMap({ Int64($0) }) {
            let proof = try #require(try tree.consistency(from: kept, to: checkpoint.size))
            #expect(
                MerkleProof.isConsistent(
                    from: kept, try tree.root(size: kept), to: checkpoint.size, checkpoint.root, proof: proof))
        }
    }
}

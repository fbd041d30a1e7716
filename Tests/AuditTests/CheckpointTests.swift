import Audit
import NKeys
import TestSupport
import Testing

@Suite struct CheckpointTests {
    private let pair = KeyPair.generate(.server)
    private var log: LogID { LogID(genesis: pair.publicKey) }
    private var key: AuditKey {
        get throws { try AuditKey(name: log.origin(of: "admin"), publicKey: pair.publicKey) }
    }

    private func tree(_ size: Int) -> MerkleTree {
        var tree = MerkleTree()
        for index in 0..<size { tree.append(.leaf([UInt8(index)])) }
        return tree
    }

    @Test func `verifier keys of other logs are understood`() throws {
        // The key of the checksum database that Go's tools trust: its hash only fits if ours is computed as theirs.
        let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
        let key = try AuditKey(verifierKey: text)
        #expect(key.name == "sum.golang.org")
        #expect(key.verifierKey == text)
        #expect(throws: AuditError.self) {
            try AuditKey(verifierKey: text.replacingOccurrence(of: "033de0ae", with: "033de0af"))
        }
    }

    @Test func `a note that another program signed is verified`() throws {
        let key = try AuditKey(verifierKey: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        let text = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """
        let note = try SignedNote(text)
        #expect(note.isSigned(by: key))
        #expect(note.description == text)
        let changed = try SignedNote(text.replacingOccurrence(of: "answer", with: "Answer"))
        #expect(!changed.isSigned(by: key))
    }

    @Test func `a checkpoint survives being written and read`() throws {
        for size in [0, 1, 7, 200] {
            let checkpoint = Checkpoint(origin: log.origin(of: "admin"), tree: tree(size))
            let note = try checkpoint.signed(as: key, with: pair).description
            #expect(note.hasPrefix("chancery/admin/\(log)\n\(size)\n"))
            #expect(try Checkpoint(note: note, signedByOneOf: [key]) == checkpoint)
        }
    }

    @Test func `a checkpoint says which one was before it, or nothing`() throws {
        for previous in [nil, 0, 1, 41] as [Int64?] {
            let checkpoint = Checkpoint(origin: log.origin(of: "admin"), tree: tree(42), previous: previous)
            let read = try Checkpoint(note: checkpoint.signed(as: key, with: pair).description, signedByOneOf: [key])
            #expect(read == checkpoint && read.previous == previous)
        }
        let plain = Checkpoint(origin: log.origin(of: "admin"), tree: tree(1)).text
        for line in ["after", "after ", "after -1", "after 01", "after 1 ", "After 1", "something else"] {
            #expect(try Checkpoint(text: plain + line + "\n").previous == nil)
        }
    }

    @Test func `a checkpoint counts only with the log's own signature`() throws {
        let checkpoint = Checkpoint(origin: log.origin(of: "admin"), tree: tree(3))
        let note = try checkpoint.signed(as: key, with: pair).description
        let other = try AuditKey(name: key.name, publicKey: KeyPair.generate(.server).publicKey)
        #expect(code { _ = try Checkpoint(note: note, signedByOneOf: [other]) } == .invalidSignature)
        #expect(code { _ = try Checkpoint(note: note, signedByOneOf: []) } == .invalidSignature)
        // The right key under another name signs for another log.
        let renamed = try AuditKey(name: "chancery/admin/OTHER", publicKey: pair.publicKey)
        #expect(code { _ = try Checkpoint(note: note, signedByOneOf: [renamed]) } == .invalidSignature)
        #expect(code { _ = try checkpoint.signed(as: other, with: pair) } == .invalidKey)
    }

    @Test func `a changed byte anywhere is found`() throws {
        var generator = SeededGenerator.announced()
        let key = try key
        let note = Array(
            try Checkpoint(origin: log.origin(of: "admin"), tree: tree(5)).signed(as: key, with: pair).description.utf8)
        for _ in 0..<2_000 {
            var changed = note
            changed[Int.random(in: changed.indices, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            let text = String(decoding: changed, as: UTF8.self)
            #expect(throws: AuditError.self) { try Checkpoint(note: text, signedByOneOf: [key]) }
        }
    }

    @Test(arguments: [
        "", "\n", "o\n1\n", "o\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "o\n1\nAAAA\n",
        "o\n99999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
    ])
    func `what is no checkpoint is refused`(text: String) {
        #expect(code { _ = try Checkpoint(text: text) } == .invalidCheckpoint)
    }

    @Test(arguments: ["", "a b", "a+b", "a\nb"])
    func `what cannot name a key is refused`(name: String) {
        #expect(code { _ = try AuditKey(name: name, publicKey: pair.publicKey) } == .invalidKey)
    }

    private func code(_ body: () throws -> Void) -> AuditError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? AuditError)?.code
        }
    }
}

extension String {
    fileprivate func replacingOccurrence(of old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return replacingCharacters(in: range, with: new)
    }

    private func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
        String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}

import Foundation
import Testing

@testable import Policy

/// What the fuzzer promises, of every input that is kept and of what becomes of it when bytes are changed.
@Suite struct PolicyInputTests {
    @Test func `Any bytes end in diagnostics`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fuzz/corpus/policy")
            .standardized
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 80)
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        for file in files.sorted(by: { $0.path < $1.path }) {
            let bytes = Array(try Data(contentsOf: file))
            #expect(PolicyInput.fault(in: bytes) == nil, "\(file.lastPathComponent)")
            for _ in 0..<5 {
                var changed = bytes
                for _ in 0..<Int.random(in: 1...4, using: &random) where !changed.isEmpty {
                    let place = Int.random(in: 0..<changed.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: changed[place] = "[]{}#:,'\"\n *&!>|-?<%@`\t".utf8.randomElement(using: &random) ?? 0
                    case 1: changed.remove(at: place)
                    default: changed.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
                    }
                }
                let fault = PolicyInput.fault(in: changed)
                #expect(
                    fault == nil,
                    "seed \(seed), \(file.lastPathComponent):\n\(String(decoding: changed, as: UTF8.self))")
                if fault != nil { return }
            }
        }
    }
}

import Subjects
import Testing

@testable import Broker

/// Which of an account's mappings a message falls to.
@Suite struct AccountMappingsTests {
    private func outcomes(_ mappings: [SubjectMapping], _ subject: String, _ count: Int = 1) -> [String: Int] {
        var mappings = AccountMappings(mappings)
        var random = QuickRandom()
        var outcomes: [String: Int] = [:]
        for _ in 0..<count {
            switch mappings.outcome(of: Array(subject.utf8).span, using: &random) {
            case .kept: outcomes["kept", default: 0] += 1
            case .lost: outcomes["lost", default: 0] += 1
            case .moved(let bytes): outcomes[String(decoding: bytes, as: UTF8.self), default: 0] += 1
            }
        }
        return outcomes
    }

    @Test func theFirstThatFitsDecides() throws {
        let mappings = [
            try SubjectMapping(from: "a.*", to: [.init("first.$1")]),
            try SubjectMapping(from: "a.b", to: [.init("second")]),
            try SubjectMapping(from: ">", to: [.init("rest.>")]),
        ]
        #expect(outcomes(mappings, "a.b") == ["first.b": 1])
        #expect(outcomes(mappings, "b") == ["rest.b": 1])
        #expect(outcomes([], "b") == ["kept": 1])
        #expect(outcomes(mappings, "a..b") == ["kept": 1], "what is no subject is not mapped")
    }

    @Test func sharesAreShares() throws {
        let rest = try SubjectMapping(from: "a", to: [.init("b", weight: 30)])
        let kept = outcomes([rest], "a", 2000)
        #expect(kept["b", default: 0] > 400 && kept["kept", default: 0] > 1100 && kept.count == 2)
        let lossy = try SubjectMapping(from: "a", to: [.init("a", weight: 50)])
        let lost = outcomes([lossy], "a", 2000)
        #expect(lost["lost", default: 0] > 700 && lost["kept", default: 0] > 700 && lost.count == 2)
        #expect(outcomes([try SubjectMapping(from: "a", to: [.init("a", weight: 0)])], "a", 50) == ["lost": 50])
        #expect(
            outcomes([try SubjectMapping(from: "a", to: [.init("b", weight: 100, cluster: "far")])], "a", 50)
                == ["kept": 50])
    }
}

import Foundation
import Subjects
import TestSupport
import Testing

/// What nats-server 2.15.1 makes of mappings, as `Tests/Interop/test_transforms.py` recorded it and goes on comparing it.
@Suite struct TransformVectorTests {
    private struct Result: Decodable {
        let source: String
        let destination: String
        let subject: String
        /// Nil where nobody gets the message.
        let result: String?
        /// Where Chancery makes something else of it.
        let chancery: String?
    }

    private struct Text: Decodable {
        let source: String
        let destination: String
        /// Whether the transform is taken.
        let chancery: Bool
    }

    private struct Mapping: Decodable {
        struct Destination: Decodable {
            let subject: String
            let weight: Int
            let cluster: String
        }

        let source: String
        let destinations: [Destination]
        let subject: String
        /// By the subject that comes out; an empty one stands for a loss.
        let percent: [String: Int]
    }

    private func vectors<Vector: Decodable>(_ name: String) throws -> [Vector] {
        let file = try #require(Bundle.module.url(forResource: name, withExtension: "jsonl", subdirectory: "Vectors"))
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Vector.self, from: Data($0.utf8))
        }
    }

    @Test func resultsAreTheServers() throws {
        let vectors: [Result] = try vectors("transforms")
        #expect(vectors.count > 100)
        var random = SeededGenerator.announced()
        var output = TransformOutput()
        for vector in vectors {
            let transform = try SubjectTransform(from: vector.source, to: vector.destination, for: .mapping)
            let subject = Array(vector.subject.utf8)
            let expected = vector.chancery ?? vector.result
            switch transform.apply(to: subject.span, writingTo: &output, using: &random) {
            case .noMatch: #expect(expected == vector.subject, "\(vector)")
            case .noSubject: #expect(expected == nil, "\(vector)")
            case .subject: #expect(expected == String(decoding: output.subject, as: UTF8.self), "\(vector)")
            }
        }
    }

    @Test func textsAreTakenOrRefused() throws {
        let vectors: [Text] = try vectors("transform-texts")
        #expect(vectors.count > 60)
        for vector in vectors {
            let transform = try? SubjectTransform(from: vector.source, to: vector.destination, for: .mapping)
            #expect((transform != nil) == vector.chancery, "\(vector)")
        }
    }

    /// The shares, and what 100 rolls of the dice come to.
    @Test func sharesAreTheServers() throws {
        let vectors: [Mapping] = try vectors("mappings")
        #expect(vectors.count > 10)
        for vector in vectors where !vector.destinations.contains(where: { $0.subject.contains("random") }) {
            let mapping = try SubjectMapping(
                from: vector.source,
                to: vector.destinations.map { .init($0.subject, weight: $0.weight, cluster: $0.cluster) })
            let subject = Array(vector.subject.utf8)
            var rolled: [String: Int] = [:]
            for roll in 0..<100 {
                let transform = mapping.share(inCluster: "C1", roll: roll).transform
                let result = transform.flatMap { $0.rename(subject.span) } ?? []
                rolled[String(decoding: result, as: UTF8.self), default: 0] += 1
            }
            #expect(rolled == vector.percent, "\(vector)")
            var listed: [String: Int] = [:]
            for share in mapping.shares(inCluster: "C1") {
                let result = share.transform.flatMap { $0.rename(subject.span) } ?? []
                listed[String(decoding: result, as: UTF8.self), default: 0] += share.percent
            }
            #expect(listed == vector.percent, "\(vector)")
        }
    }
}

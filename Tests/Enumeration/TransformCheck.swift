import Subjects

/// Compares images and preimages of sets of subjects with transforming subjects one by one.
public struct TransformCheck {
    public private(set) var rounds = 0
    public private(set) var exactImages = 0
    public private(set) var exactPreimages = 0
    private let universe = Universe(letters: ["a", "b"], patternLength: 2)
    /// What goes in, one token longer than what is looked at of what comes out: a transform may make subjects shorter by as
    /// much. The number that functions may make is a token that no rule names.
    private let subjects = Universe(letters: ["a", "b", "0"], patternLength: 3).subjects.map {
        $0.joined(separator: ".")
    }
    private let results = Universe(letters: ["a", "b", "0"], patternLength: 2).subjects.map {
        $0.joined(separator: ".")
    }

    public init() {}

    /// - Returns: what went wrong, or nil.
    public mutating func round(_ random: inout some RandomNumberGenerator) throws -> String? {
        rounds += 1
        let source = universe.randomPattern(&random)
        let destination = randomDestination(source, &random)
        let transform = try SubjectTransform(
            from: source.joined(separator: "."), to: destination.joined(separator: "."), for: .mapping)
        let sample = try universe.randomSample(depth: 1, &random)
        let fault = try imageFault(transform, sample.set, &random) ?? preimageFault(transform, sample.set, &random)
        return fault.map { "\($0): \(source) to \(destination) of \(sample.text)" }
    }

    private func randomDestination(_ source: [String], _ random: inout some RandomNumberGenerator) -> [String] {
        let wildcards = source.count { $0 == "*" }
        let functions =
            ["a", "b", "{{random(1)}}", "{{partition(2)}}", "{{random(2)}}"]
            + (0..<wildcards).flatMap { wildcard in
                let number = wildcard + 1
                return [String](repeating: "$\(number)", count: 6) + [
                    "{{partition(2,\(number))}}", "{{left(\(number),1)}}", "{{splitFromLeft(\(number),1)}}",
                    "{{split(\(number),a)}}",
                ]
            }
        let tokens = (0..<Int.random(in: 1...2, using: &random)).map { _ in
            functions.randomElement(using: &random) ?? "a"
        }
        return tokens + (source.last == ">" ? [">"] : [])
    }

    private mutating func imageFault(
        _ transform: SubjectTransform, _ set: SubjectSet, _ random: inout some RandomNumberGenerator
    ) throws -> String? {
        let image = try transform.image(of: set)
        exactImages += image.isExact ? 1 : 0
        var made: Set<String> = []
        for subject in subjects where set.contains(Array(subject.utf8).span) {
            guard let result = Self.apply(transform, subject, &random) else { continue }
            made.insert(result)
            guard image.set.contains(Array(result.utf8).span) else { return "image lacks \(result) of \(subject)" }
        }
        guard image.isExact else { return nil }
        for result in results where image.set.contains(Array(result.utf8).span) && !made.contains(result) {
            return "image has \(result)"
        }
        return nil
    }

    private mutating func preimageFault(
        _ transform: SubjectTransform, _ set: SubjectSet, _ random: inout some RandomNumberGenerator
    ) throws -> String? {
        let preimage = try transform.preimage(of: set)
        exactPreimages += preimage.isExact ? 1 : 0
        for subject in subjects {
            let result = Self.apply(transform, subject, &random)
            let expected = result.map { set.contains(Array($0.utf8).span) } ?? false
            let isIn = preimage.set.contains(Array(subject.utf8).span)
            if expected && !isIn { return "preimage lacks \(subject)" }
            if preimage.isExact && isIn && !expected && result != nil { return "preimage has \(subject)" }
        }
        return nil
    }

    private static func apply(
        _ transform: SubjectTransform, _ subject: String, _ random: inout some RandomNumberGenerator
    ) -> String? {
        var output = TransformOutput()
        let result = transform.apply(to: Array(subject.utf8).span, writingTo: &output, using: &random)
        return result == .subject ? String(decoding: output.subject, as: UTF8.self) : nil
    }
}

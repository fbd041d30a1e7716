public import Subjects

/// A set of subjects and the members that it should have.
public struct Sample: Sendable {
    public let set: SubjectSet
    public let members: Members
    /// How it was made.
    public let text: String
}

extension Universe {
    /// A pattern over the letters; one in three ends in `>`.
    public func randomPattern(_ random: inout some RandomNumberGenerator) -> [String] {
        let count = Int.random(in: 1...patternLength, using: &random)
        var tokens = (0..<count).map { _ in (letters + ["*", "*"]).randomElement(using: &random) ?? "*" }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: tokens.append(">")
        case 1: tokens[count - 1] = ">"
        default: break
        }
        return tokens
    }

    /// A list of patterns except another, or a combination of such sets.
    public func randomSample(depth: Int, _ random: inout some RandomNumberGenerator) throws -> Sample {
        guard depth > 0, Int.random(in: 0..<5, using: &random) > 0 else { return try randomDifference(&random) }
        let one = try randomSample(depth: depth - 1, &random)
        if Int.random(in: 0..<8, using: &random) == 0 {
            let all = Members(universe: self) { _ in true }
            return Sample(
                set: one.set.complement, members: all.subtracting(one.members), text: "complement(\(one.text))")
        }
        let other = try randomSample(depth: depth - 1, &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
            return Sample(
                set: try one.set.union(other.set), members: one.members.union(other.members),
                text: "(\(one.text) + \(other.text))")
        case 2:
            return Sample(
                set: try one.set.intersection(other.set), members: one.members.intersection(other.members),
                text: "(\(one.text) & \(other.text))")
        default:
            return Sample(
                set: try one.set.subtracting(other.set), members: one.members.subtracting(other.members),
                text: "(\(one.text) - \(other.text))")
        }
    }

    private func randomDifference(_ random: inout some RandomNumberGenerator) throws -> Sample {
        let patterns = (0..<Int.random(in: 0...5, using: &random)).map { _ in randomPattern(&random) }
        let exceptions = (0..<Int.random(in: 0...3, using: &random)).map { _ in randomPattern(&random) }
        let none = Members(universe: self) { _ in false }
        let members = patterns.reduce(none) { $0.union(self.members(of: $1)) }
        return Sample(
            set: SubjectSet(try patterns.map(Self.pattern), except: try exceptions.map(Self.pattern)),
            members: exceptions.reduce(members) { $0.subtracting(self.members(of: $1)) },
            text: "\(patterns.map { $0.joined(separator: ".") }) except \(exceptions.map { $0.joined(separator: ".") })"
        )
    }

    public static func pattern(_ tokens: [String]) throws -> Pattern {
        try Pattern(tokens.joined(separator: "."))
    }
}

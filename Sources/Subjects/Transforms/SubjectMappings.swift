/// The mappings of an account, in their order.
///
/// The first mapping whose source contains a message's subject decides, literal or not. Of two with the same source the
/// later one takes the earlier one's place.
public struct SubjectMappings: Sendable, Hashable {
    public let mappings: [SubjectMapping]

    public init(_ mappings: [SubjectMapping]) {
        var result: [SubjectMapping] = []
        var places: [Pattern: Int] = [:]
        for mapping in mappings {
            if let place = places[mapping.source] {
                result[place] = mapping
            } else {
                places[mapping.source] = result.count
                result.append(mapping)
            }
        }
        self.mappings = result
    }

    /// What became of a message.
    public enum Result: Sendable, Hashable {
        /// No mapping is for its subject, or the mapping leaves it as it is.
        case unchanged
        /// It has the subject in the output now.
        case mapped
        /// It goes nowhere.
        case lost
    }

    /// Maps the subject of one message.
    ///
    /// Takes time linear in the number of mappings, each compared with the subject once.
    public func apply(
        to subject: Span<UInt8>, inCluster cluster: String = "", writingTo output: inout TransformOutput,
        using random: inout some RandomNumberGenerator
    ) -> Result {
        for mapping in mappings where mapping.source.matches(subject) {
            let roll = Int.random(in: 0..<100, using: &random)
            guard let transform = mapping.share(inCluster: cluster, roll: roll).transform else { return .lost }
            if transform.isIdentity { return .unchanged }
            switch transform.apply(to: subject, writingTo: &output, using: &random) {
            case .noMatch: return .unchanged
            case .noSubject: return .lost
            case .subject: return .mapped
            }
        }
        return .unchanged
    }

    /// Where messages published on subjects of the set can go.
    public func image(of set: SubjectSet, inCluster cluster: String = "") throws(SubjectsTooLarge) -> SubjectBound {
        var effort = Effort()
        var rest = set
        var result = SubjectBound(.nothing, isExact: true)
        for mapping in mappings {
            let source = SubjectSet([mapping.source])
            let part = try rest.intersection(source, &effort)
            guard !part.levels.isEmpty else { continue }
            result = try result.union(mapping.image(of: part, inCluster: cluster, &effort), &effort)
            rest = try rest.subtracting(source, &effort)
        }
        return try result.union(SubjectBound(rest, isExact: true), &effort)
    }

    /// What can be published so that it comes out as a subject of the set.
    public func preimage(of set: SubjectSet, inCluster cluster: String = "") throws(SubjectsTooLarge) -> SubjectBound {
        var effort = Effort()
        var rest = SubjectSet.everything
        var result = SubjectBound(.nothing, isExact: true)
        for mapping in mappings {
            let source = SubjectSet([mapping.source])
            let part = try mapping.preimage(of: set, inCluster: cluster, &effort)
            let reached = try part.set.intersection(rest, &effort)
            result = try result.union(SubjectBound(reached, isExact: part.isExact), &effort)
            rest = try rest.subtracting(source, &effort)
        }
        return try result.union(SubjectBound(set.intersection(rest, &effort), isExact: true), &effort)
    }
}

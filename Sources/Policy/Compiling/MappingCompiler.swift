import Subjects

extension MappingPolicy {
    /// The mapping as servers have it. What no destination takes stays where it is, unless the source itself is among
    /// them: then it is lost.
    func compiled() throws(SubjectMappingError) -> SubjectMapping {
        let loses = shares.contains(where: \.isLost)
        let destinations = shares.compactMap { share -> SubjectMapping.Destination? in
            switch share.target {
            case .subject(let subject): SubjectMapping.Destination(subject, weight: share.percent)
            case .stay: loses ? SubjectMapping.Destination(source.text, weight: share.percent) : nil
            case .drop: nil
            }
        }
        let staysNowhere = loses && !destinations.contains { $0.subject == source.text }
        return try SubjectMapping(
            from: source.text,
            to: destinations + (staysNowhere ? [SubjectMapping.Destination(source.text, weight: 0)] : []))
    }
}

extension MappingPolicy.Share {
    /// Whether what falls to it goes nowhere.
    var isLost: Bool { if case .drop = target { true } else { false } }
}

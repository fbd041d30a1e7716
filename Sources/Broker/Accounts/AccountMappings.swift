import Authorization
import Claims
import Subjects

/// Where an account's messages go: its subject mappings. They are looked through in their order for every message that
/// enters the account, before anybody asks whether its sender may publish it; the first whose source has the subject
/// decides.
struct AccountMappings {
    enum Outcome {
        /// The message keeps its subject.
        case kept
        case moved([UInt8])
        /// It falls to a share that goes nowhere.
        case lost
    }

    private let mappings: [SubjectMapping]
    /// Kept for its storage.
    private var output = TransformOutput()

    init(_ mappings: [SubjectMapping] = []) {
        self.mappings = mappings
    }

    var isEmpty: Bool { mappings.isEmpty }

    /// Where a message on a subject goes.
    mutating func outcome(of subject: Span<UInt8>, using random: inout QuickRandom) -> Outcome {
        for mapping in mappings where mapping.source.matches(subject) {
            guard let transform = mapping.share(roll: random.next(below: 100)).transform else { return .lost }
            if transform.isIdentity { return .kept }
            switch transform.apply(to: subject, writingTo: &output, using: &random) {
            case .subject: return .moved(output.subject)
            case .noMatch: return .kept
            case .noSubject: return .lost
            }
        }
        return .kept
    }
}

extension AccountDefinition {
    func subjectMappings(odd: (SubjectMappingError, String) -> Void) -> [SubjectMapping] {
        if case .configured(let account) = self { account.mappings } else { claims.subjectMappings(odd: odd) }
    }
}

extension AccountClaims {
    /// The mappings of an account's JWT, in the order of their sources; those that cannot be are told and left out.
    func subjectMappings(odd: (SubjectMappingError, String) -> Void) -> [SubjectMapping] {
        mappings.compactMap { source, destinations in
            do throws(SubjectMappingError) {
                return try SubjectMapping(
                    from: source,
                    to: destinations.map { .init($0.subject, weight: Int($0.effectiveWeight), cluster: $0.cluster) })
            } catch {
                odd(error, source)
                return nil
            }
        }
    }
}

import Subjects

/// What an account exports, to find what somebody imports among thousands.
struct AccountOffers {
    /// Exports of one kind.
    struct Kind {
        struct Offer {
            let export: ExportPolicy
            let pattern: Pattern
            /// By the importer.
            let grants: [String: [ExportPolicy.Grant]]
        }

        let offers: [Offer]
        private var index: RuleIndex

        fileprivate init(_ exports: [ExportPolicy], _ kind: ExportPolicy.Kind) {
            offers = exports.compactMap { export in
                guard export.kind == kind, let subject = export.subject, let pattern = try? Pattern(subject.text) else {
                    return nil
                }
                return Offer(
                    export: export, pattern: pattern,
                    grants: Dictionary(grouping: export.grants) { $0.account?.value ?? "" })
            }
            index = RuleIndex(offers.map(\.pattern))
        }

        /// Whether a pattern lies in one of them.
        mutating func contains(_ pattern: Pattern) throws(SubjectsTooLarge) -> Bool {
            try !index.containing(pattern).isEmpty
        }

        /// The first that a pattern lies in.
        mutating func first(with pattern: Pattern) -> Offer? {
            guard let found = try? index.containing(pattern) else {
                // More than the index takes on: one by one.
                return offers.first { pattern.isContained(in: $0.pattern) }
            }
            return found.min().map { offers[$0] }
        }

        /// Those that a pattern meets, in their order.
        mutating func meeting(_ pattern: Pattern) throws(SubjectsTooLarge) -> [Offer] {
            try index.meeting(pattern).sorted().map { offers[$0] }
        }
    }

    private var streams: Kind
    private var services: Kind

    init(_ policy: AccountPolicy) {
        (streams, services) = (Kind(policy.exports, .stream), Kind(policy.exports, .service))
    }

    var all: [Kind.Offer] { streams.offers + services.offers }

    subscript(kind: ExportPolicy.Kind) -> Kind {
        get { kind == .stream ? streams : services }
        _modify { if kind == .stream { yield &streams } else { yield &services } }
    }
}

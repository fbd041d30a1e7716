import Subjects

/// Circles of imports that nats-server does not take: an import that would close one is left out, and that is the one that it
/// comes to last. Messages of an imported stream go no further, so that nothing goes round; requests may.
struct ImportCircles {
    /// An import, as circles go by it.
    struct Link: Hashable {
        let kind: ExportPolicy.Kind
        let importer: String
        let exporter: String
        /// What it is called by the exporter, and by the importer.
        let remote: Pattern
        let local: Pattern
    }

    /// What accounts import.
    let imports: (_ account: String) throws -> [Link]
    /// The streams that they export.
    let streams: (_ account: String) throws -> [Pattern]
    /// Whether the exporter lets an import in.
    var isLetIn: (Link) throws -> Bool = { _ in true }

    /// The way from an import back to an account on it: the import that comes first, and the one that leads back last.
    ///
    /// - Returns: nil for an import that closes no circle.
    func circle(from first: Link) throws -> [Link]? {
        var pending = [(way: [first], subject: first.local)]
        var steps = 0
        while let (way, subject) = pending.popLast(), steps < Trail.maximumStops {
            steps += 1
            guard let account = way.last?.exporter, try passesOn(account, first.kind, subject) else { continue }
            for next in try imports(account) where next != first && next.kind == first.kind {
                guard let called = Self.meeting(next, subject), try isLetIn(next) else { continue }
                if way.contains(where: { $0.importer == next.exporter }) { return way + [next] }
                pending.append((way + [next], called.isContained(in: subject) ? called : subject))
            }
        }
        return nil
    }

    /// What an import calls what it has of a subject; nil where they do not meet. nats-server compares what streams are called
    /// by their importers; of services it compares what one is called by its importer with what the next account imports, as
    /// that is called where it comes from.
    private static func meeting(_ link: Link, _ subject: Pattern) -> Pattern? {
        switch link.kind {
        case .stream: link.local.overlaps(subject) ? link.local : nil
        case .service: link.remote.overlaps(subject) ? link.local : nil
        }
    }

    /// Streams go on as far as an account exports what they would be called.
    private func passesOn(
        _ account: String, _ kind: ExportPolicy.Kind, _ subject: Pattern
    ) throws -> Bool {
        switch kind {
        case .stream: try streams(account).contains { subject.isContained(in: $0) }
        case .service: true
        }
    }
}

import Subjects

// Circles of stream imports. Messages of an imported stream go no further, so that nothing goes round; but nats-server takes
// no import that would close such a circle.

extension LintChecker {
    mutating func checkStreamCycles() {
        for (number, sharing) in graph.sharings.enumerated() where sharing.kind == .stream && !sharing.isAssumed {
            guard let account = graph.accounts[sharing.importer].policy, let last = streamCircle(from: number) else {
                continue
            }
            report(
                .importCycle, at: sharing.importPosition, in: account,
                "streams are imported in a circle that comes back to \(graph.accounts[sharing.importer].name): nats-server "
                    + "leaves one of the imports out, whichever comes last",
                remedy:
                    "give one of them subjects of its own: as: \"\(graph.accounts[sharing.exporter].name.lowercased()).…\"",
                related: .init(
                    position: graph.sharings[last].importPosition, message: "the import that leads back"))
        }
    }

    /// The import that leads back to the account of a first one: each import's subjects meet, where it comes from, what the
    /// next one is called there. Nil where none does; only the first import of a circle finds it.
    private func streamCircle(from first: Int) -> Int? {
        var (pending, seen) = ([first], Set([first]))
        while let number = pending.popLast() {
            let sharing = graph.sharings[number]
            for next in graph.accounts[sharing.exporter].imports where next > first {
                let other = graph.sharings[next]
                guard other.kind == .stream, !other.isAssumed,
                    let local = other.toLocal.apply(to: other.toLocal.source), local.overlaps(sharing.toLocal.source)
                else { continue }
                if other.exporter == graph.sharings[first].importer { return next }
                if seen.insert(next).inserted { pending.append(next) }
            }
        }
        return nil
    }
}

import Subjects

// Circles of imports that nats-server does not take: an import that would close one is left out, and that is the one that it
// comes to last. Messages of an imported stream go no further, so that nothing goes round; requests may.

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

extension LintChecker {
    mutating func checkServiceCycles() {
        var told: Set<Set<Int>> = []
        for (number, sharing) in graph.sharings.enumerated() where sharing.kind == .service && !sharing.isAssumed {
            guard let account = graph.accounts[sharing.importer].policy, let circle = serviceCircle(from: number),
                told.insert(circle.accounts).inserted
            else { continue }
            report(
                .importCycle, at: sharing.importPosition, in: account,
                "services are imported in a circle that comes back to \(graph.accounts[sharing.importer].name), as "
                    + "nats-server sees it: it leaves one of the imports out, whichever comes last",
                remedy:
                    "give this one subjects of its own: as: \"\(graph.accounts[sharing.exporter].name.lowercased()).…\"",
                related: .init(
                    position: graph.sharings[circle.last].importPosition, message: "the import that leads back"))
        }
    }

    /// The import that closes a circle with a first one, and the accounts in it. nats-server compares what a service is
    /// called by its importer with what the next account imports, as that is called where it comes from.
    private func serviceCircle(from first: Int) -> (last: Int, accounts: Set<Int>)? {
        let sharing = graph.sharings[first]
        guard let local = sharing.toLocal.apply(to: sharing.toLocal.source) else { return nil }
        var pending = [(account: sharing.exporter, subject: local, visited: Set([sharing.importer]))]
        var steps = 0
        while let (account, subject, visited) = pending.popLast(), steps < Trail.maximumStops {
            steps += 1
            for number in graph.accounts[account].imports where number != first {
                let next = graph.sharings[number]
                guard next.kind == .service, !next.isAssumed, next.toLocal.source.overlaps(subject) else { continue }
                if visited.contains(next.exporter) { return (number, visited.union([account])) }
                let called = next.toLocal.apply(to: next.toLocal.source)
                let narrowed = called.flatMap { $0.isContained(in: subject) ? $0 : nil } ?? subject
                pending.append((next.exporter, narrowed, visited.union([account])))
            }
        }
        return nil
    }
}

import Subjects

// Circles of imports that nats-server does not take: an import that would close one is left out, and that is the one that it
// comes to last. Messages of an imported stream go no further, so that nothing goes round; requests may.

extension LintChecker {
    mutating func checkStreamCycles() {
        let checker = self
        checkCycles(of: .stream, "give one of them", { checker.streamCircle(from: $0) }) { account in
            "streams are imported in a circle that comes back to \(account): nats-server leaves one of the imports out, "
                + "whichever comes last"
        }
    }

    mutating func checkServiceCycles() {
        let checker = self
        checkCycles(of: .service, "give this one", { checker.serviceCircle(from: $0) }) { account in
            "services are imported in a circle that comes back to \(account), as nats-server sees it: it leaves one of the "
                + "imports out, whichever comes last"
        }
    }

    /// Tells of each circle once.
    private mutating func checkCycles(
        of kind: ExportPolicy.Kind, _ remedy: String, _ circle: (Int) -> (last: Int, accounts: Set<Int>)?,
        message: (_ account: String) -> String
    ) {
        var told: Set<Set<Int>> = []
        for (number, sharing) in graph.sharings.enumerated() where sharing.kind == kind && !sharing.isAssumed {
            guard let account = graph.accounts[sharing.importer].policy, let circle = circle(number),
                told.insert(circle.accounts).inserted
            else { continue }
            report(
                .importCycle, at: sharing.importPosition, in: account, message(graph.accounts[sharing.importer].name),
                remedy:
                    "\(remedy) subjects of its own: as: \"\(graph.accounts[sharing.exporter].name.lowercased()).…\"",
                related: .init(
                    position: graph.sharings[circle.last].importPosition, message: "the import that leads back"))
        }
    }

    /// The import that closes a circle with a first one, and the accounts in it. nats-server compares what streams are called
    /// by their importers, as far as an account exports what it would be called.
    private func streamCircle(from first: Int) -> (last: Int, accounts: Set<Int>)? {
        circle(from: first) { next, subject in
            guard let called = graph.sharings[next].local else { return nil }
            return called.overlaps(subject) ? called : nil
        } passesOn: { account, subject in
            graph.accounts[account].policy?.policy.exports.contains { export in
                guard export.kind == .stream, let pattern = try? Pattern(export.subject?.text ?? "") else {
                    return false
                }
                return subject.isContained(in: pattern)
            } ?? false
        }
    }

    /// The same for services. nats-server compares what one is called by its importer with what the next account imports, as
    /// that is called where it comes from.
    private func serviceCircle(from first: Int) -> (last: Int, accounts: Set<Int>)? {
        circle(from: first) { next, subject in
            let sharing = graph.sharings[next]
            return sharing.toLocal.source.overlaps(subject) ? sharing.local ?? subject : nil
        } passesOn: { _, _ in
            true
        }
    }

    /// - Parameters:
    ///   - meeting: what an import, by its number, calls what it has of a subject; nil where they do not meet.
    ///   - passesOn: whether an account has a subject for others.
    private func circle(
        from first: Int, meeting: (Int, Pattern) -> Pattern?, passesOn: (Int, Pattern) -> Bool
    ) -> (last: Int, accounts: Set<Int>)? {
        let sharing = graph.sharings[first]
        guard let local = sharing.local else { return nil }
        var pending = [(account: sharing.exporter, subject: local, visited: Set([sharing.importer]))]
        var steps = 0
        while let (account, subject, visited) = pending.popLast(), steps < Trail.maximumStops {
            steps += 1
            guard passesOn(account, subject) else { continue }
            for number in graph.accounts[account].imports where number != first {
                let next = graph.sharings[number]
                guard next.kind == sharing.kind, !next.isAssumed, let called = meeting(number, subject) else {
                    continue
                }
                if visited.contains(next.exporter) { return (number, visited.union([account])) }
                let narrowed = called.isContained(in: subject) ? called : subject
                pending.append((next.exporter, narrowed, visited.union([account])))
            }
        }
        return nil
    }
}

extension AccessGraph.Sharing {
    /// What is imported as the importer calls it.
    fileprivate var local: Pattern? { toLocal.apply(to: toLocal.source) }
}

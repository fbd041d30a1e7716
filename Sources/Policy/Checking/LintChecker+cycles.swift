import Subjects

// Circles of imports, of which nats-server leaves one out.

extension LintChecker {
    mutating func checkStreamCycles() { checkCycles(of: .stream, "give one of them") }

    mutating func checkServiceCycles() { checkCycles(of: .service, "give this one") }

    /// Tells of each circle once.
    private mutating func checkCycles(of kind: ExportPolicy.Kind, _ remedy: String) {
        let (links, circles) = graph.importCircles()
        let numbers = Dictionary(links.map { ($0.link, $0.number) }, uniquingKeysWith: { first, _ in first })
        var told: Set<Set<String>> = []
        for (link, number) in links where link.kind == kind {
            let sharing = graph.sharings[number]
            guard let account = graph.accounts[sharing.importer].policy, let circle = try? circles.circle(from: link),
                let last = circle.last.flatMap({ numbers[$0] }), told.insert(Set(circle.map(\.importer))).inserted
            else { continue }
            report(
                .importCycle, at: sharing.importPosition, in: account,
                ImportCircle.warning(kind, backTo: link.importer),
                remedy: "\(remedy) subjects of its own: as: \"\(link.exporter.lowercased()).…\"",
                related: .init(position: graph.sharings[last].importPosition, message: "the import that leads back"))
        }
    }
}

extension AccessGraph {
    /// The imports that files say, with their numbers, and what circles they form.
    fileprivate func importCircles() -> (
        links: [(link: ImportCircles.Link, number: Int)], ImportCircles
    ) {
        typealias Link = ImportCircles.Link
        let links = sharings.enumerated().compactMap { number, sharing -> (Link, Int)? in
            guard !sharing.isAssumed, let local = sharing.toLocal.apply(to: sharing.toLocal.source) else { return nil }
            let link = Link(
                kind: sharing.kind, importer: accounts[sharing.importer].name,
                exporter: accounts[sharing.exporter].name, remote: sharing.toLocal.source, local: local)
            return (link, number)
        }
        let imports = Dictionary(grouping: links.map(\.0), by: \.importer)
        let streams = Dictionary(
            accounts.map { account in
                let exports = account.policy?.policy.exports.filter { $0.kind == .stream } ?? []
                return (account.name, exports.compactMap { try? Pattern($0.subject?.text ?? "") })
            }, uniquingKeysWith: { first, _ in first })
        return (links, ImportCircles(imports: { imports[$0] ?? [] }, streams: { streams[$0] ?? [] }))
    }
}

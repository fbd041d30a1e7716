import Claims
import Subjects

// Who may import what of the account.

extension AccessComparison {
    /// Compares grants where both sides know them.
    mutating func compareGrants() throws(SubjectsTooLarge) {
        guard let before = old.grants, let after = new.grants else { return }
        let (given, now) = (
            Dictionary(grouping: before, by: \.grant.importer), Dictionary(grouping: after, by: \.grant.importer)
        )
        for importer in Set(given.keys).union(now.keys).sorted() {
            for type in [ExportType.stream, .service] {
                let (one, other) = (
                    given[importer, default: []].filter { $0.grant.type == type },
                    now[importer, default: []].filter { $0.grant.type == type }
                )
                func set(_ grants: [PlacedGrant]) -> SubjectSet {
                    SubjectSet(grants.compactMap { try? Pattern($0.grant.subject) })
                }
                let holder = "grant of \(importer)"
                try compare(
                    holder, "import the \(type.name)", set(one), set(other),
                    Rules(old: PlacedRules(one), new: PlacedRules(other)))
                compareEnds(one, other, holder)
            }
        }
    }

    private mutating func compareEnds(_ one: [PlacedGrant], _ other: [PlacedGrant], _ holder: String) {
        func text(_ end: Int64?) -> String { end.map { PolicyDate.text($0) ?? String($0) } ?? "never" }
        let bySubject = Dictionary(grouping: other) { ExactBytes($0.grant.subject) }
        for was in one {
            let same = bySubject[ExactBytes(was.grant.subject), default: []]
            guard let now = same.first, !same.contains(where: { $0.grant.until == was.grant.until }) else { continue }
            var change = AccessChange(
                new.name, holder, "end of the \(was.grant.type.name) \(was.grant.subject)",
                .becomes(old: text(was.grant.until), new: text(now.grant.until)))
            (change.sources, change.formerSources) = ([now.position], [was.position])
            add(change)
        }
    }
}

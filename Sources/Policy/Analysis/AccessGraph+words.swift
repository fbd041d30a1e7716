import Subjects

// Ways in words.

extension AccessGraph {
    /// A passage in words, with the subject behind it; nil for one that changes nothing.
    func describe(_ passage: Passage, _ subject: String) -> (AccessRoute.Kind, AccessRoute.Step)? {
        switch passage.kind {
        case .stay: return nil
        case .mapping(let number):
            let account = accounts[passage.from.account]
            let mapping = account.mappings[number]
            return (
                .mapping,
                AccessRoute.Step(
                    "\(account.name) maps \(mapping.map.source) to \(passage.transform?.destination ?? ""): \(subject)",
                    mapping.position)
            )
        case .sharing(let number):
            let sharing = sharings[number]
            let (importer, exporter) = (accounts[sharing.importer].name, accounts[sharing.exporter].name)
            let verb = sharing.isAssumed ? "may import" : "imports"
            let there = sharing.kind == .service ? exporter : importer
            return (
                .import,
                AccessRoute.Step(
                    "\(importer) \(verb) the \(sharing.kind.rawValue) \(sharing.toLocal.source) of \(exporter): "
                        + "\(subject) in \(there)"
                        + (sharing.until.flatMap(PolicyDate.text).map { ", until \($0)" } ?? ""),
                    sharing.importPosition)
            )
        }
    }
}

import Authorization
import Claims
import Subjects

/// An import on its way through the exports of its exporter (rule S5).
struct ImportPassage {
    /// The importer's key.
    let importer: String
    let item: Import
    let pattern: Pattern
    private let activation: ActivationClaims?

    /// - Returns: nil for a subject that is none, and for an import that is none.
    init?(_ item: Import, of importer: String) {
        guard !item.isNull, let pattern = try? Pattern(ImportUse.remoteSubject(of: item)) else { return nil }
        (self.importer, self.item, self.pattern) = (importer, item, pattern)
        activation = item.token.isEmpty ? nil : try? ActivationClaims.decode(item.token)
    }

    /// Whether the import lies in an export, and every one that it meets lets it in. When activations end is left aside:
    /// it is the same at each step.
    ///
    /// - Parameter met: the exports of its kind that it meets, and perhaps others.
    func isLetIn(by met: [(pattern: Pattern, export: Export)]) -> Bool {
        var isCovered = false
        for (exported, export) in met where export.type == item.type && exported.overlaps(pattern) {
            guard isLetIn(by: export) else { return false }
            if pattern.isContained(in: exported) { isCovered = true }
        }
        return isCovered
    }

    private func isLetIn(by export: Export) -> Bool {
        ImportUse.isLetIn(item, pattern, activation: activation, by: export, importer: importer)
    }

    /// Whether an export that it meets has revoked its activation.
    func isRevoked(by export: Export) -> Bool {
        guard let activation, export.type == item.type, export.tokenRequired, export.accountTokenPosition == 0,
            let exported = try? Pattern(export.subject), exported.overlaps(pattern)
        else { return false }
        return export.isRevoked(activation)
    }

    /// Whether something that comes in by both could be the same there and here.
    func meets(_ other: ImportPassage) -> Bool {
        item.type == other.item.type && pattern.overlaps(other.pattern) && isCalledLike(other)
    }

    /// Whether whatever comes in by it does by another one, too.
    func lies(in other: ImportPassage) -> Bool {
        item.type == other.item.type && pattern.isContained(in: other.pattern) && isCalledLike(other)
    }

    private func isCalledLike(_ other: ImportPassage) -> Bool {
        guard let here = item.localPattern, let there = other.item.localPattern else { return true }
        return here.overlaps(there)
    }
}

import Claims
import Synchronization

/// The grants of texts that were read last: every request reads those of its token several times. What a text says never
/// changes, so nothing here is ever out of date.
enum KnownGrants {
    /// The most texts that are kept.
    private static let most = 16
    /// From how many bytes on a text is not kept.
    private static let large = 4 << 10

    /// The oldest first.
    private static let recent = Mutex<[(text: ExactText, grants: [AccessGrant])]>([])

    /// The grants that a text of the database says.
    ///
    /// - Throws: ``AdministrationError`` of code `storageFailed` for one that says none.
    static func grants(of text: String) throws -> [AccessGrant] {
        let asked = ExactText(text)
        if let known = recent.withLock({ $0.last { $0.text == asked }?.grants }) { return known }
        let elements = JSONValue(parsing: Array(text.utf8))?.elements
        let grants = try elements.orDamaged().map { try AccessGrant($0).orDamaged() }
        guard text.utf8.count < large else { return grants }
        recent.withLock { recent in
            if recent.count >= most { recent.removeFirst() }
            recent.append((asked, grants))
        }
        return grants
    }
}

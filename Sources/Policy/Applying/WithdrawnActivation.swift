public import Claims

/// Activations of one importer for one export that stop counting: what grants them no longer says so.
public struct WithdrawnActivation: Sendable, Hashable, Codable {
    /// The export's subject.
    public let export: String
    /// `stream` or `service`.
    public let kind: String
    /// The importer's key.
    public let importer: String
    /// The last second, since 1970, whose activations count no more.
    public let time: Int64
    /// Whether they have not counted so far either, since there was no private export for them: then they never do.
    public let isDormant: Bool

    public init(export: Export, importer: String, time: Int64, isDormant: Bool) {
        (self.export, kind) = (export.subject, export.type.name)
        (self.importer, self.time, self.isDormant) = (importer, time, isDormant)
    }

    func isOf(_ export: Export) -> Bool {
        export.type.name == kind && ExactBytes(export.subject) == ExactBytes(self.export)
    }
}

extension AccountClaims {
    /// Revokes what is withdrawn, where the claims have its export.
    public mutating func revoke(_ withdrawn: [WithdrawnActivation]) {
        for item in withdrawn {
            for index in exports.indices where item.isOf(exports[index]) {
                exports[index].revocations.revoke(item.importer, at: item.time)
            }
        }
    }
}

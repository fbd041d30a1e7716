import Authorization
import Claims
import Subjects

/// A stream that an account imports: messages of the exporter's subjects appear under local subjects.
///
/// Each subscription of the importer that meets the local subjects gets a counterpart in the exporter's index, on just
/// the subjects that both have in common.
final class StreamImport: Sendable {
    /// The accounts' numbers.
    let importer: Int
    let exporter: Int
    /// From the exporter's subject to the local one.
    let toLocal: SubjectTransform
    /// From the local subject to the exporter's.
    let toRemote: SubjectTransform
    /// Whether the local subject is the exporter's.
    let keepsSubject: Bool
    /// Whether a message is traced further when it comes through here.
    let allowsTrace: Bool
    /// When the activation ends, Unix seconds; 0 for never.
    let validUntil: Int64

    /// - Throws: ``SubjectTransformError`` for a local subject that does not fit.
    init(_ use: Import, importer: Int, exporter: Int, validUntil: Int64) throws {
        self.importer = importer
        self.exporter = exporter
        self.validUntil = validUntil
        allowsTrace = use.allowTrace
        toLocal = try SubjectTransform(from: use.subject, to: ImportUse.localSubject(of: use))
        toRemote = try toLocal.inverse()
        keepsSubject = toLocal.isIdentity
    }

    /// The counterpart of a subscription in the exporter's account, or nil where they have nothing in common.
    func shadow(of subscription: Subscription) -> Subscription? {
        guard let remote = toRemote.apply(to: subscription.pattern) else { return nil }
        return Subscription(
            pattern: remote, queue: subscription.queue, id: subscription.id,
            target: .streamImport(parent: subscription, self), slot: subscription.slot)
    }
}

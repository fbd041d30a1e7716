import Authorization
import Claims
import NKeys
import Subjects

/// A stream that an account imports: messages of the exporter's subjects appear under local subjects.
///
/// Each subscription of the importer that meets the local subjects gets a counterpart in the exporter's index, on just
/// the subjects that both have in common.
final class StreamImport {
    let importer: PublicKey
    let exporter: Account
    /// From the exporter's subject to the local one.
    let toLocal: SubjectTransform
    /// From the local subject to the exporter's.
    let toRemote: SubjectTransform
    /// When the activation ends, Unix seconds; 0 for never.
    let validUntil: Int64

    /// - Throws: ``SubjectTransformError`` for a local subject that does not fit.
    init(_ use: Import, importer: PublicKey, exporter: Account, validUntil: Int64) throws {
        self.importer = importer
        self.exporter = exporter
        self.validUntil = validUntil
        let local: String
        if !use.localSubject.isEmpty {
            local = use.localSubject
        } else {
            // The deprecated form: a prefix.
            local = use.to.isEmpty ? use.subject : use.to + "." + use.subject
        }
        toLocal = try SubjectTransform(from: use.subject, to: local)
        toRemote = try toLocal.inverse()
    }

    /// The counterpart of a subscription in the exporter's account, or nil where they have nothing in common.
    func shadow(of subscription: Subscription, for session: Session) -> Subscription? {
        guard let remote = toRemote.apply(to: subscription.pattern) else { return nil }
        return Subscription(
            pattern: remote, queue: subscription.queue, id: subscription.id,
            target: .streamImport(session, parent: subscription, self), isFiltered: subscription.isFiltered)
    }
}

import Authorization
import Claims
import Subjects

/// A service that an account imports: requests on local subjects go to the exporter's, answers come back.
final class ServiceImport {
    let importer: Account
    let exporter: Account
    /// From the local subject to the exporter's.
    let toRemote: SubjectTransform
    let local: Pattern
    /// How many answers a request may have.
    let responses: ReplyRoutes.Answers
    /// Nanoseconds that the way back stays open.
    let threshold: Int64
    /// Whether the requester's identity is shown in full.
    let sharesIdentity: Bool
    /// When the activation ends, Unix seconds; 0 for never.
    let validUntil: Int64

    /// Two minutes, where the export does not say.
    static let defaultThreshold: Int64 = 120_000_000_000

    /// - Throws: ``SubjectTransformError`` for a local subject that does not fit.
    init(_ use: Import, export: Export, importer: Account, exporter: Account, validUntil: Int64) throws {
        self.importer = importer
        self.exporter = exporter
        self.validUntil = validUntil
        sharesIdentity = use.share
        threshold = export.responseThreshold > 0 ? export.responseThreshold : Self.defaultThreshold
        responses = export.responseType == .stream || export.responseType == .chunked ? .many : .one

        // The renaming is written from the exporter's side (`$1` of the remote subject), or, in the deprecated form,
        // with the local subject first.
        let remote = ImportUse.remoteSubject(of: use)
        if use.localSubject.isEmpty {
            toRemote = try SubjectTransform(from: use.to.isEmpty ? remote : use.subject, to: remote)
        } else {
            toRemote = try SubjectTransform(from: remote, to: use.localSubject).inverse()
        }
        local = toRemote.source
    }
}

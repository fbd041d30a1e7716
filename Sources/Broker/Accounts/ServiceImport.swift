import Authorization
import Claims
import Subjects
import Synchronization

/// A service that an account imports: requests on local subjects go to the exporter's, answers come back.
final class ServiceImport: Sendable {
    /// The accounts' numbers.
    let importer: Int
    let exporter: Int
    /// From the local subject to the exporter's.
    let toRemote: SubjectTransform
    /// Whether the exporter's subject is the local one.
    let keepsSubject: Bool
    let local: Pattern
    /// How many answers a request may have.
    let responses: ReplyRoutes.Answers
    /// Whether a message is traced further when it comes through here.
    let allowsTrace: Bool
    /// Which requests are measured; nil for none.
    let latency: LatencySampling?
    /// Nanoseconds that the way back stays open without an answer.
    let threshold: Int64
    /// Whether the requester's identity is shown in full.
    let sharesIdentity: Bool
    /// When the activation ends, Unix seconds; 0 for never.
    let validUntil: Int64
    /// What the importer has open with the exporter, on all shards.
    let open: OpenRequests

    /// Two minutes, where the export does not say.
    static let defaultThreshold: Int64 = 120_000_000_000

    /// - Throws: ``SubjectTransformError`` for a local subject that does not fit.
    init(
        _ use: Import, export: Export, importer: Int, exporter: Int, validUntil: Int64, open: OpenRequests
    ) throws {
        self.importer = importer
        self.exporter = exporter
        self.validUntil = validUntil
        allowsTrace = export.allowTrace
        self.open = open
        sharesIdentity = use.share
        threshold = export.responseThreshold > 0 ? export.responseThreshold : Self.defaultThreshold
        let isMeasured = export.responseType != .stream && export.responseType != .chunked
        latency =
            isMeasured
            ? export.latency.map { LatencySampling(share: $0.sampling, results: Array($0.results.utf8)) } : nil
        responses = export.responseType == .stream || export.responseType == .chunked ? .many : .one

        // The renaming is written from the exporter's side (`$1` of the remote subject), or, in the deprecated form,
        // with the local subject first.
        let remote = ImportUse.remoteSubject(of: use)
        if use.localSubject.isEmpty {
            toRemote = try SubjectTransform(from: use.to.isEmpty ? remote : use.subject, to: remote)
        } else {
            toRemote = try SubjectTransform(from: remote, to: use.localSubject).inverse()
        }
        keepsSubject = toRemote.isIdentity
        local = toRemote.source
    }
}

/// How many requests of one importing account to one exporter are unanswered, counted by all shards together.
final class OpenRequests: Sendable {
    /// Most ways back that one importing account may hold open at a time: a flood of requests that nobody answers is that
    /// account's own misfortune, and fills no memory.
    static let capacity = 65_536

    private let count = Atomic<Int>(0)

    /// Counts one more, unless there are too many.
    func begin() -> Bool {
        if count.wrappingAdd(1, ordering: .relaxed).oldValue < Self.capacity { return true }
        end()
        return false
    }

    func end() {
        count.wrappingSubtract(1, ordering: .relaxed)
    }
}

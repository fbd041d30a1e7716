import Claims

/// An export, as a person describes it. Nil leaves a value as it is, or as it is by default.
public struct ExportEdits: Sendable, Hashable {
    /// The name; by default the subject.
    public var name: String?
    /// Whether it is a service rather than a stream.
    public var isService: Bool?
    /// Whether importers need an activation.
    public var isPrivate: Bool?
    /// How many messages a service answers with: `Singleton`, `Stream` or `Chunked`, in either case.
    public var responseType: String?
    /// Nanoseconds that a service has for an answer.
    public var responseThreshold: Int64?
    /// The subject that receives measurements of a service's latency.
    public var latencySubject: String?
    /// Per cent of the requests to measure, 1 to 100, or 0 for those whose headers ask for it.
    public var latencySampling: Int?
    /// Whether measuring ends.
    public var removeLatency = false
    /// The token, from 1, that must be the importing account's key; 0 for none.
    public var accountTokenPosition: UInt?
    /// Whether message traces may cross into this account.
    public var allowTrace: Bool?
    /// Whether tools show it to other accounts.
    public var advertise: Bool?
    /// A description of up to 8 KiB.
    public var description: String?
    /// Where to read more.
    public var infoURL: String?

    public init() {}

    func apply(to export: inout Export) throws(AdministrationError) {
        if let latencySubject { try CheckedSubject.check(latencySubject, "the latency's subject") }
        if let name { export.name = name }
        if let isService, isService != (export.type == .service) || export.responseType == .unspecified {
            export.type = isService ? .service : .stream
            export.responseType = isService ? .singleton : .unspecified
        }
        if let isPrivate { export.tokenRequired = isPrivate }
        if let responseType { export.responseType = try Self.responseType(responseType) }
        if let responseThreshold { export.responseThreshold = responseThreshold }
        if removeLatency { export.latency = nil }
        try applyLatency(to: &export)
        if let accountTokenPosition { export.accountTokenPosition = accountTokenPosition }
        if let allowTrace { export.allowTrace = allowTrace }
        if let advertise { export.advertise = advertise }
        if let description { export.description = description }
        if let infoURL { export.infoURL = infoURL }
    }

    private func applyLatency(to export: inout Export) throws(AdministrationError) {
        guard latencySubject != nil || latencySampling != nil else { return }
        guard let results = latencySubject ?? export.latency?.results else {
            throw AdministrationError(
                .invalidValue, "there is no latency subject that the sampling could be for",
                remedy: "give it with --latency")
        }
        export.latency = ServiceLatency(sampling: latencySampling ?? export.latency?.sampling ?? 100, results: results)
    }

    private static func responseType(_ text: String) throws(AdministrationError) -> ResponseType {
        let known: [ResponseType] = [.singleton, .stream, .chunked]
        guard let type = known.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw AdministrationError(
                .invalidValue, "\"\(text)\" is not a response type", remedy: "use Singleton, Stream or Chunked")
        }
        return type
    }
}

extension Change {
    /// Adds an export to the account of a place.
    public func addExport(
        _ subject: String, _ edits: ExportEdits, at place: Place, signer: SignerChoice = .automatic
    ) throws {
        try CheckedSubject.check(subject, "the export's subject")
        try editAccount(reader.account(at: place), signer: signer) { claims, _ in
            var edits = edits
            edits.isService = edits.isService ?? false
            var export = Export(name: subject, subject: subject)
            try edits.apply(to: &export)
            guard !claims.exports.contains(where: { $0.subject.isExactly(subject) && $0.type == export.type }) else {
                throw AdministrationError(
                    .alreadyExists,
                    "the account \"\(claims.name)\" already exports the \(export.type.name) \"\(subject)\"",
                    remedy: "use \"chancery edit export\" to change it")
            }
            claims.exports.append(export)
            note(.added, "export", subject)
        }
    }

    /// Changes an export of the account of a place.
    public func editExport(
        _ subject: String?, _ edits: ExportEdits, at place: Place, signer: SignerChoice = .automatic
    ) throws {
        guard edits != ExportEdits() else { throw AdministrationError.nothingToEdit }
        try editAccount(reader.account(at: place), signer: signer) { claims, account in
            let index = try Self.exportIndex(subject, in: claims, account)
            try edits.apply(to: &claims.exports[index])
            note(.changed, "export", claims.exports[index].subject)
        }
    }

    /// Takes an export back. Accounts that import it stop getting it.
    public func deleteExport(_ subject: String?, at place: Place, signer: SignerChoice = .automatic) throws {
        try editAccount(reader.account(at: place), signer: signer) { claims, account in
            let export = claims.exports.remove(at: try Self.exportIndex(subject, in: claims, account))
            note(.deleted, "export", export.subject)
        }
    }

    /// The export of a subject; without one the only export there is.
    static func exportIndex(
        _ subject: String?, in claims: AccountClaims, _ account: AccountEntry
    ) throws(AdministrationError) -> Int {
        if let subject {
            if let index = claims.exports.firstIndex(where: { $0.subject.isExactly(subject) }) { return index }
            throw AdministrationError(
                .notFound, "the account \"\(account.name)\" has no export \"\(subject)\"",
                remedy: "see \"chancery describe account \(commandWord(account.name))\"")
        }
        guard claims.exports.count == 1 else {
            throw AdministrationError(
                .noSelection, "it is not clear which export is meant", remedy: "name it with --subject")
        }
        return 0
    }
}

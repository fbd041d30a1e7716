/// Whether an import or export is a stream of messages or a service that answers requests.
public enum ExportType: Sendable, Hashable {
    /// Not said. Never valid, but tokens with it can be read.
    case unknown
    case stream
    case service

    /// The word in JSON; "unknown" is only for people and never written.
    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .stream: "stream"
        case .service: "service"
        }
    }
}

/// What an account takes from another account.
///
/// An element of `imports`; other members than those named in comments have the property's name.
///
/// ```swift
/// Import(subject: "prices.*", account: exporter.text, localSubject: "shop.prices.$1", type: .stream)
/// ```
public struct Import: Sendable, Hashable {
    /// For people; need not be unique.
    public var name = ""
    /// The subject in the exporting account.
    public var subject = ""
    /// The public key of the exporting account.
    public var account = ""
    /// An activation JWT, for a private export.
    public var token = ""
    /// Deprecated in NATS in favour of ``localSubject``.
    public var to = ""
    /// `local_subject`: the subject in this account; `$1` stands for the first wildcard of ``subject``.
    public var localSubject = ""
    /// `type`; must be set to be valid.
    public var type = ExportType.unknown
    /// Share information about the requester with a service's exporter, for latency tracking.
    public var share = false
    /// `allow_trace`: message traces may cross into the exporting account; streams only.
    public var allowTrace = false
    /// Set for a JSON `null` in the list of imports, which can be read, is invalid and cannot be written.
    public internal(set) var isNull = false

    /// An import of which everything else is as if absent.
    public init(
        name: String = "", subject: String = "", account: String = "", token: String = "", localSubject: String = "",
        type: ExportType = .unknown
    ) {
        self.name = name
        self.subject = subject
        self.account = account
        self.token = token
        self.localSubject = localSubject
        self.type = type
    }
}

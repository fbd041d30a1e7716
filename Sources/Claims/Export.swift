/// What an account offers to other accounts.
///
/// An element of `exports`; other members than those named in comments have the property's name.
///
/// ```swift
/// var export = Export(subject: "quotes", type: .service)
/// export.responseThreshold = 2_000_000_000
/// export.latency = ServiceLatency(sampling: 10, results: "latency.quotes")
/// ```
public struct Export: Sendable, Hashable {
    /// For people; need not be unique.
    public var name = ""
    /// What is offered; may have wildcards if the account's limits allow them.
    public var subject = ""
    /// `type`; must be set to be valid.
    public var type = ExportType.unknown
    /// `token_req`: importers need an activation JWT.
    public var tokenRequired = false
    /// Activations that no longer count, by the public key of the importing account.
    public var revocations = RevocationList()
    /// `response_type`: how a service answers.
    public var responseType = ResponseType.unspecified
    /// `response_threshold`: nanoseconds that a service has for an answer; 0 for the server's default.
    public var responseThreshold: Int64 = 0
    /// `service_latency`: measuring of answers.
    public var latency: ServiceLatency?
    /// `account_token_position`: the token (from 1) that must hold the importing account's key; 0 for none.
    public var accountTokenPosition: UInt = 0
    /// Shown to other accounts by tools.
    public var advertise = false
    /// `allow_trace`: message traces may cross into this account; services only.
    public var allowTrace = false
    /// For people; at most 8192 bytes.
    public var description = ""
    /// `info_url`: where to read more, with a scheme and a host; at most 8192 bytes.
    public var infoURL = ""
    /// Set for a JSON `null` in the list of exports, which can be read, is invalid and cannot be written.
    public internal(set) var isNull = false

    /// An export of which everything else is as if absent.
    public init(name: String = "", subject: String = "", type: ExportType = .unknown, tokenRequired: Bool = false) {
        self.name = name
        self.subject = subject
        self.type = type
        self.tokenRequired = tokenRequired
    }
}

/// How many messages a service answers with. Any text can be read; only the four below are valid, case included.
public struct ResponseType: RawRepresentable, Sendable, Hashable {
    /// The text in the token.
    public var rawValue: String

    /// The response type of any text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Absent, which means ``singleton``.
    public static let unspecified = ResponseType(rawValue: "")
    /// One message.
    public static let singleton = ResponseType(rawValue: "Singleton")
    /// Any number of messages.
    public static let stream = ResponseType(rawValue: "Stream")
    /// One answer in several messages.
    public static let chunked = ResponseType(rawValue: "Chunked")
}

/// Where and how often the latency of a service is reported.
///
/// The member `service_latency` of an export.
public struct ServiceLatency: Sendable, Hashable {
    /// Per cent of the requests, 1 to 100; 0 means those whose headers ask for it (`"headers"` in JSON).
    public var sampling: Int
    /// The subject that receives the measurements.
    public var results: String

    /// Measurements of some requests, sent to a subject without wildcards.
    public init(sampling: Int, results: String) {
        self.sampling = sampling
        self.results = results
    }
}

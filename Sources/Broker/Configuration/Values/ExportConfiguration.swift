/// Whether subjects are shared to be listened to or to be called.
public enum SharingKind: String, Sendable, Hashable {
    case stream
    case service
}

/// One entry of an account's `exports`.
public struct ExportConfiguration: Sendable, Hashable {
    /// How often a service answers a request.
    public enum ResponseType: String, Sendable, Hashable {
        case singleton
        case stream
        case chunked
    }

    /// `latency`: how long requests take is published.
    public struct Latency: Sendable, Hashable {
        /// The subject, in the exporting account.
        public var subject: String
        /// Per cent of the requests, from 1 to 100; nil where a header of the request asks for it.
        public var sampling: Int? = 100

        public init(subject: String) {
            self.subject = subject
        }
    }

    public var kind: SharingKind
    public var subject: String
    /// The accounts that may import it; nil for all. Never empty.
    public var accounts: [String]?
    /// Which token of the subject must be the importing account's name, counted from 1; 0 for none. It goes before
    /// ``accounts``.
    public var accountTokenPosition = 0
    /// Of a service.
    public var responseType = ResponseType.singleton
    /// Of a service: how long it may take to answer. Nil for two minutes.
    public var responseThreshold: Duration?
    /// Of a service.
    public var latency: Latency?
    /// Of a service: whether traces cross into this account.
    public var allowsTrace = false

    public init(kind: SharingKind, subject: String) {
        self.kind = kind
        self.subject = subject
    }
}

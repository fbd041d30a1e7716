/// What is logged where. ``BrokerConfiguration/debug``, `trace` and `logTime` stand beside it.
public struct LoggingConfiguration: Sendable, Hashable {
    /// Trace the system account too.
    public var tracesSystem = false
    /// Trace headers without payloads.
    public var tracesHeadersOnly = false
    /// Times in UTC.
    public var usesUTC = false
    /// The path of the log; nil for the standard error.
    public var file: String?
    /// Bytes after which a new file is begun; nil for never.
    public var sizeLimit: Int?
    /// The most files that are kept, the present one included; nil for all.
    public var maximumFiles: Int?
    /// Bytes of a message that a trace shows; nil for all.
    public var maximumTracedMessage: Int?

    public init() {}
}

/// Monitoring over HTTP.
public struct MonitoringConfiguration: Sendable, Hashable {
    /// Nil for the host of the clients' listener.
    public var host: String?
    /// 1 to 65535; 0 lets the system choose.
    public var port: Int
    /// Whether over TLS, with the certificate of the clients' listener.
    public var isSecure: Bool
    /// What paths begin with, with a slash in front.
    public var basePath = "/"

    public init(host: String? = nil, port: Int, isSecure: Bool) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }
}

/// How a client behaves. Every wait has an end and every buffer a size.
public struct ClientOptions: Sendable {
    /// A name for people, shown in the server's monitoring.
    public var name: String?
    /// How long connecting may take, from the first packet to the end of the sign-in.
    public var connectTimeout: Duration = .seconds(5)
    /// What the subjects for answers begin with. A user that may not subscribe to `_INBOX.>` has its own.
    public var inboxPrefix = "_INBOX"
    /// How often the client asks whether the server is still there.
    public var pingInterval: Duration = .seconds(120)
    /// How many of these questions may be open; one more ends the connection.
    public var maximumPingsOut = 2
    /// Whether the client gets messages that it published itself.
    public var echo = true
    /// The most bytes of a message from the server, headers included.
    public var maximumMessage = 1 << 26
    /// How TLS is spoken, where the address or the server asks for it. Without any option a server may do without.
    public var tls = TLSOptions()

    public init() {}
}

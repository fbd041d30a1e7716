/// One entry of an account's `imports`.
public struct ImportConfiguration: Sendable, Hashable {
    public var kind: SharingKind
    /// The exporting account.
    public var account: String
    /// The subject there.
    public var subject: String
    /// The subject here, with `$1` or `*` for the wildcards; nil for the same. Not beside ``prefix``.
    public var localSubject: String?
    /// Of a stream: what the subject begins with here, without a dot at its end.
    public var prefix: String?
    /// Of a service: whether it learns more of who asks.
    public var shares = false
    /// Of a stream: whether traces cross into this account.
    public var allowsTrace = false

    public init(kind: SharingKind, account: String, subject: String) {
        self.kind = kind
        self.account = account
        self.subject = subject
    }
}

/// A `resolver` that keeps account JWTs in a folder.
public struct DirectoryResolverConfiguration: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// Every account, kept the same on all servers.
        case full
        /// The accounts that are in use.
        case cache
    }

    /// What becomes of an account that is deleted.
    public enum Deletion: Sendable, Hashable {
        /// Requests for it are refused.
        case refused
        /// Its file gets another name.
        case rename
        /// Its file goes.
        case remove
    }

    public var kind: Kind
    /// The path of the folder.
    public var directory: String
    /// The most accounts; nil for any number (of ``Kind/full``).
    public var limit: Int?
    /// Of ``Kind/cache``: how long an account is kept without being asked for; nil for ever.
    public var timeToLive: Duration?
    /// Of ``Kind/full``: how often servers compare what they have.
    public var interval = Duration.seconds(60)
    /// How long other servers may take to answer.
    public var fetchTimeout = Duration.milliseconds(1900)
    /// Of ``Kind/full``.
    public var deletion = Deletion.refused

    public init(kind: Kind, directory: String) {
        self.kind = kind
        self.directory = directory
        if kind == .cache { limit = 1000 }
    }
}

import Claims

/// Changes to what may be published and subscribed to.
public struct PermissionEdits: Sendable, Hashable {
    /// Subjects to allow publishing to.
    public var allowPublish: [String] = []
    /// Subjects to allow subscribing to; a queue group may follow after a blank.
    public var allowSubscribe: [String] = []
    /// Subjects to deny publishing to.
    public var denyPublish: [String] = []
    /// Subjects to deny subscribing to; a queue group may follow after a blank.
    public var denySubscribe: [String] = []
    /// Subjects to take out of all four lists, before anything is added.
    public var remove: [String] = []
    /// Answers that are allowed for each request received; -1 for any number.
    public var responseMaxMessages: Int?
    /// How long answers are allowed after a request, in nanoseconds.
    public var responseExpires: Int64?
    /// Whether the leave to answer is taken away, before a new one is set.
    public var removeResponse = false

    public init() {}

    /// Whether nothing would change.
    public var isEmpty: Bool { self == PermissionEdits() }

    func apply(to permissions: inout Permissions) throws(AdministrationError) {
        for entry in allowPublish + denyPublish { try CheckedSubject.checkPermission(entry, mayHaveQueue: false) }
        for entry in allowSubscribe + denySubscribe { try CheckedSubject.checkPermission(entry, mayHaveQueue: true) }
        ListEdits(add: allowPublish, remove: remove).apply(to: &permissions.publish.allow)
        ListEdits(add: denyPublish, remove: remove).apply(to: &permissions.publish.deny)
        ListEdits(add: allowSubscribe, remove: remove).apply(to: &permissions.subscribe.allow)
        ListEdits(add: denySubscribe, remove: remove).apply(to: &permissions.subscribe.deny)
        if removeResponse { permissions.response = nil }
        if responseMaxMessages != nil || responseExpires != nil {
            var response = permissions.response ?? ResponsePermission(maxMessages: 1, expires: 0)
            if let responseMaxMessages { response.maxMessages = responseMaxMessages }
            if let responseExpires { response.expires = responseExpires }
            permissions.response = response
        }
    }
}

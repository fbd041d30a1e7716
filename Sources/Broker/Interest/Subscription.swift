import Subjects

/// Somebody's registered interest in a pattern of one account's subjects.
///
/// Confined to the broker's event loop, like everything in this room that is not said to be otherwise.
final class Subscription {
    /// Whom a matching message goes to.
    enum Target {
        /// The client that subscribed.
        case client(Session)
        /// A client of an importing account, through a stream import: the subscription stands in the exporter's index,
        /// and `parent` is what the client asked for in its own account.
        case streamImport(Session, parent: Subscription, StreamImport)
        /// Another account, through a service import.
        case serviceImport(ServiceImport)
        /// The server itself.
        case system(SystemService)
    }

    let pattern: Pattern
    /// The queue group; nil for a plain subscription.
    let queue: [UInt8]?
    /// The client's number for the subscription, as it wrote it.
    let id: [UInt8]
    let target: Target
    /// Whether each delivery has to be asked about, because a deny meets the pattern.
    var isFiltered: Bool
    /// Deliveries after which it ends; 0 for no end.
    var maximum = 0
    var delivered = 0
    /// Set once it has been taken out of the index, for those who still hold it.
    var isRemoved = false
    /// Where it stands in its list of the index, so that it is taken out without a search.
    var place = 0
    /// Its counterparts in exporting accounts.
    var shadows: [(account: Account, subscription: Subscription)] = []

    init(pattern: Pattern, queue: [UInt8]? = nil, id: [UInt8] = [], target: Target, isFiltered: Bool = false) {
        self.pattern = pattern
        self.queue = queue
        self.id = id
        self.target = target
        self.isFiltered = isFiltered
    }

    var isServiceImport: Bool {
        if case .serviceImport = target { return true }
        return false
    }

    /// The session that receives, where it is a client's.
    var session: Session? {
        switch target {
        case .client(let session), .streamImport(let session, parent: _, _): session
        case .serviceImport, .system: nil
        }
    }
}

import Authorization
import Subjects

/// Everybody who gets a message on some subject of an account, as found in its index and sorted by how they are reached.
/// Good until the account's subscriptions change.
final class Match {
    /// The receivers on another shard that nobody has to be asked about.
    struct Foreign {
        let shard: Int
        var slots: [UInt32]
    }

    /// A client's subscription that a stream import leads to.
    struct Imported {
        let parent: Subscription
        let stream: StreamImport
        /// The subject as the client sees it; nil where it is the exporter's.
        let local: [UInt8]?
    }

    /// The members of a queue group that match; one of them gets the message.
    struct Group {
        let key: Interest.GroupKey
        var members: [Subscription]
    }

    let subject: [UInt8]
    let hash: UInt64
    let generation: UInt64
    let plain: [Subscription]
    let groups: [Group]
    /// The clients of this shard that subscribed in the account itself; ``plain`` keeps what they refer to.
    private(set) var local: [Receiver] = []
    private(set) var foreign: [Foreign] = []
    /// Those that the message reaches through stream imports. The renaming is done once.
    private(set) var imported: [Imported] = []
    /// The rest of ``plain``: through service imports, filtered on other shards, or the server's own.
    private(set) var others: [Subscription] = []
    /// Whether the message goes on to another account's service.
    let crossesAccounts: Bool

    /// The last answer to the question whether a client may publish here, and whose it was. A client's serial never comes
    /// again, so neither does the answer to another's question.
    private var publisher: UInt64 = 0
    private var publishing = Decision.denied(Rule(.noAllow))

    init(subject: [UInt8], hash: UInt64, generation: UInt64, plain: [Subscription], groups: [Group]) {
        self.subject = subject
        self.hash = hash
        self.generation = generation
        self.plain = plain
        self.groups = groups
        crossesAccounts = plain.contains { $0.isServiceImport }
        for subscription in plain { sort(subscription) }
    }

    private func sort(_ subscription: Subscription) {
        switch subscription.target {
        case .client(let session):
            local.append(Receiver(session, subscription))
        case .foreign(let shard) where subscription.filter == nil:
            let slot = UInt32(truncatingIfNeeded: subscription.slot)
            if let index = foreign.firstIndex(where: { $0.shard == shard }) {
                foreign[index].slots.append(slot)
            } else {
                foreign.append(Foreign(shard: shard, slots: [slot]))
            }
        case .streamImport(let parent, let stream):
            var local: [UInt8]?
            if !stream.keepsSubject {
                let subject = subject
                local = stream.toLocal.rename(subject.span)
                guard local != nil else { return }
            }
            imported.append(Imported(parent: parent, stream: stream, local: local))
        case .foreign, .serviceImport, .system, .inbox:
            others.append(subscription)
        }
    }

    /// Whether there is nobody but clients that subscribed in the account itself.
    @inline(__always)
    var isSimple: Bool { others.isEmpty && imported.isEmpty && groups.isEmpty }

    var isEmpty: Bool { plain.isEmpty && groups.isEmpty }

    /// How many subscriptions are in it.
    var size: Int { plain.count + groups.reduce(0) { $0 + $1.members.count } }

    /// Whether a client may publish on the subject: asked once for the client that publishes here most.
    @inline(__always)
    func decision(for client: Client) -> Decision {
        if publisher == client.serial { return publishing }
        let subject = subject
        publishing = client.decide(.publish, subject: subject.span)
        publisher = client.serial
        return publishing
    }
}

import Authorization
import NIOCore
import NKeys
import Subjects

/// One thing that a shard is told by another loop.
enum Mail: Sendable {
    // From other shards.

    /// Subscriptions that came, went or changed there, in order. `sequence` numbers such letters of one shard.
    case interest([InterestChange], from: Int, sequence: UInt64)
    /// Everything up to that letter has been applied there.
    case applied(sequence: UInt64, by: Int)
    /// Messages for receivers here.
    case parcel(Parcel, from: Int)
    /// A traced message for a receiver here.
    case traced(TracedDelivery, from: Int)
    /// What became of one there; nil if its receiver had gone.
    case traceEvent(trace: UInt64, JSONText?)
    /// The storage of a parcel that was handed over, to be filled again.
    case emptied(ByteBuffer)
    /// A shard has caught up with what was handed over to it.
    case caughtUp(by: Int)
    /// A receiver of this connection's messages is about to fall too far behind.
    case stall(connection: UInt64)
    /// An answer to a question of the server has come in, in the account with this number.
    case inboxAnswer(ServerInbox.Answer, account: Int)

    // From the control plane.

    case accounts(AccountsUpdate)
    case admission(connection: UInt64, AdmissionAnswer)
    /// The account that a connection wants to sign in to is held now, if it is to be had at all.
    case fetched(connection: UInt64)
    /// Has clients told that the server is going away.
    case lameDuck
    /// Ends a connection because the server is going away.
    case sendAway(connection: UInt64)
    /// What one of the server's services says to a request.
    case serviceAnswer(ServiceAnswer)
    /// Something that the control plane wants to know. Sees to its own answer.
    case question(@Sendable (Shard) -> Void)
    /// Ends all connections.
    case stop
}

/// A change of one shard's subscriptions, for the replicas that the others have of them. A slot is the subscription's
/// place in its own shard's table.
enum InterestChange: Sendable {
    /// `filter` is whom to ask about each delivery, for a subscription that a deny meets.
    case added(slot: Int, account: Int, Pattern, queue: [UInt8]?, filter: Client?)
    case removed(slot: Int)
    /// The client has other permissions now.
    case filtered(slot: Int, by: Client?)
}

/// What the control plane says to somebody whose credential was found good.
enum AdmissionAnswer: Sendable {
    /// Let in to the account with this number.
    case admitted(Principal, account: Int)
    case refused(Refusal)
}

/// New states of some accounts, for every shard.
struct AccountsUpdate: Sendable {
    /// To be quoted when the update is in force.
    let number: UInt64
    /// In the order of their numbers; an account that a shard does not know has the next number.
    let states: [AccountState]
    /// The accounts whose connections have to be reviewed.
    let reviewed: [Int]
    /// Connections that are beyond their account's limit.
    let excess: [UInt64]
}

public import Claims

/// What a server knows of the connection that a decision is about.
public struct DecidedConnection: Sendable {
    /// The server's number for it.
    public var number: UInt64
    /// The client's address, as text and without its port; nil where there is none.
    public var address: String?
    public var type: ConnectionType

    public init(number: UInt64, address: String?, type: ConnectionType) {
        (self.number, self.address, self.type) = (number, address, type)
    }
}

/// A decision together with whom and what it was about, for whoever keeps or prints decisions.
///
/// It is small and made on the loop that decides: what takes longer to say, such as names, is looked up by whoever says it.
public struct DecisionEvent: Sendable {
    /// A claimant by reference: few events have one of their own.
    private final class Presented: Sendable {
        let claimant: Claimant

        init(_ claimant: Claimant) { self.claimant = claimant }
    }

    public var connection: DecidedConnection
    private let presented: Presented?
    /// What a client that was refused called itself, without secrets, where no credential could be read.
    public var called: String?
    /// Who it was decided about, to explain the rule by; nil for those who were not let in.
    public var principal: Principal?
    /// The same for all decisions about one client under one program, and never for two; 0 for those who were not let in.
    public var serial: UInt64
    public var action: Action
    /// The decided subject or pattern, as bytes, after any mapping. Empty for a sign-in.
    public var subject: [UInt8]
    /// The subject as the client named it, where a mapping led from it to another.
    public var typed: [UInt8]?
    /// The queue group, where one takes part.
    public var queue: [UInt8]?
    /// Where the client of a refused message wanted its answers.
    public var reply: [UInt8]?
    public var decision: Decision
    /// Why a sign-in was refused or a connection cut.
    public var refusal: Refusal?
    /// How a connection ended that is no more; nil for all other events.
    public var departure: Departure?
    /// The account that the subject belongs to, where that is not the principal's own.
    public var exporter: AccountIdentity?

    /// - Parameter claimant: by the credential that was presented, where there is no principal.
    public init(
        connection: DecidedConnection, claimant: Claimant?, principal: Principal? = nil, serial: UInt64 = 0,
        action: Action, subject: [UInt8] = [], typed: [UInt8]? = nil, queue: [UInt8]? = nil, reply: [UInt8]? = nil,
        decision: Decision, refusal: Refusal? = nil, departure: Departure? = nil, exporter: AccountIdentity? = nil
    ) {
        self.connection = connection
        presented = principal == nil ? claimant.map(Presented.init) : nil
        (self.principal, self.serial) = (principal, serial)
        self.action = action
        (self.subject, self.typed, self.queue, self.reply) = (subject, typed, queue, reply)
        (self.decision, self.refusal, self.departure, self.exporter) = (decision, refusal, departure, exporter)
    }

    /// Who asked, by the credential presented; nil where none could be read. Somebody who was refused is named too,
    /// though perhaps only somebody who held that JWT.
    public var claimant: Claimant? { principal?.claimant ?? presented?.claimant }
}

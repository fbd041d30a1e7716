/// A stretch of bytes in a read buffer, by offset: nothing is copied or retained to name it.
public struct ByteRange: Sendable, Hashable {
    public var start: Int
    public var count: Int

    public init(start: Int, count: Int) {
        self.start = start
        self.count = count
    }

    public static let none = ByteRange(start: 0, count: 0)

    @inline(__always)
    public var isEmpty: Bool { count == 0 }

    @inline(__always)
    public var end: Int { start + count }
}

/// One command that a client sent, as places in the buffer it was read from.
public struct Command: Sendable, Hashable {
    public enum Verb: UInt8, Sendable, Hashable {
        case connect, ping, pong, subscribe, unsubscribe, publish
        /// `INFO` from a client: of no effect, but it has to be readable.
        case information
        /// `+OK` from a client: of no effect.
        case ok
        /// `-ERR` from a client: it gives up.
        case error
    }

    public var verb: Verb
    /// `CONNECT`, `INFO`: the JSON text. `-ERR`: the words. `SUB`, `PUB`, `HPUB`: the subject.
    public var argument: ByteRange = .none
    /// `PUB`, `HPUB`: the reply subject. `SUB`: the queue group. Empty when there is none.
    public var option: ByteRange = .none
    /// `SUB`, `UNSUB`: the client's number for the subscription.
    public var subscription: ByteRange = .none
    /// `UNSUB`: after how many deliveries it ends; 0 is now.
    public var maximum: Int = 0
    /// `HPUB`: how many bytes of the payload are headers, blank line included. 0 for `PUB`.
    public var headerCount: Int = 0
    /// `PUB`, `HPUB`: headers and body.
    public var payload: ByteRange = .none
    /// `PUB`, `HPUB` in plain form: everything behind the subject and its blank, as ``MessageTail`` has it. Empty where the
    /// client wrote it another way, with further blanks, zeros before a number, or a bare line feed.
    public var tail: ByteRange = .none

    public init(_ verb: Verb) {
        self.verb = verb
    }
}

/// What a client sent that is not the protocol. Each closes the connection, with the `-ERR` line that ``text`` belongs in.
public enum ProtocolFault: Error, Sendable, Hashable {
    /// A verb that does not exist, or a payload that does not end where its length says.
    case unknownOperation
    /// A control line longer than the limit.
    case controlLineTooLong
    /// A verb with the wrong arguments, or `HPUB` from a client without headers.
    case malformedArguments
    /// A payload over the limit that the connection has.
    case payloadTooLarge

    /// The text between the quotes of the `-ERR` line; nil where servers close without a word.
    public var text: String? {
        switch self {
        case .unknownOperation: "Unknown Protocol Operation"
        case .malformedArguments: nil
        case .controlLineTooLong: "maximum control line exceeded"
        case .payloadTooLarge: "Maximum Payload Violation"
        }
    }
}

/// What stands at some place of a read buffer.
public enum ParsedCommand: Sendable, Hashable {
    /// A whole command; `end` is the offset behind it.
    case command(Command, end: Int)
    /// Not whole yet: worth looking again when at least `count` bytes stand at this place.
    case incomplete(count: Int)
    case fault(ProtocolFault)
}

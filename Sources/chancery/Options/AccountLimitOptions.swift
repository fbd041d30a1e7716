import Administration
import ArgumentParser

/// The limits of an account. -1 is no limit.
struct AccountLimitOptions: ParsableArguments {
    @Option(number: "Client connections.") var conns: Int64?
    @Option(number: "Leaf node connections.") var leafConns: Int64?
    @Option(number: "Bytes in all; no server enforces it.") var data: Int64?
    @Option(number: "Bytes of the largest message.") var payload: Int64?
    @Option(number: "Subscriptions.") var subscriptions: Int64?
    @Option(number: "Exports.") var exports: Int64?
    @Option(number: "Imports.") var imports: Int64?
    @Option(truth: "Whether exports may have wildcards.") var wildcardExports: Bool?
    @Option(truth: "Whether users whose token alone signs in are refused.") var disallowBearer: Bool?

    /// Adds the limits to edits.
    func add(to edits: inout AccountEdits) {
        (edits.connections, edits.leafNodeConnections, edits.data) = (conns, leafConns, data)
        (edits.payload, edits.subscriptions) = (payload, subscriptions)
        (edits.exports, edits.imports) = (exports, imports)
        (edits.wildcardExports, edits.disallowBearer) = (wildcardExports, disallowBearer)
    }
}

/// The JetStream limits of an account. -1 is no limit.
struct JetStreamOptions: ParsableArguments {
    @Option(replicas: "The tier the limits are for, as its replicas; 0 for the account.") var jsTier: Int64?
    @Option(replicas: "Enable JetStream, for a tier or with 0 for the whole account.") var jsEnable: Int64?
    @Flag(help: "Disable JetStream.") var jsDisable = false
    @Option(replicas: "A tier to take out.") var rmJsTier: Int64?
    @Option(number: "Bytes in memory.") var jsMemStorage: Int64?
    @Option(number: "Bytes on disk.") var jsDiskStorage: Int64?
    @Option(number: "Streams.") var jsStreams: Int64?
    @Option(number: "Consumers.") var jsConsumer: Int64?
    @Option(number: "Messages that wait for an acknowledgement.") var jsMaxAckPending: Int64?
    @Option(number: "Bytes of one stream in memory.") var jsMaxMemStream: Int64?
    @Option(number: "Bytes of one stream on disk.") var jsMaxDiskStream: Int64?
    @Option(truth: "Whether every stream must state its largest size.") var jsMaxBytesRequired: Bool?

    func validate() throws {
        if jsDisable, jsEnable != nil { throw ValidationError("--js-enable and --js-disable exclude each other.") }
    }

    /// The edits these options ask for.
    var edits: JetStreamEdits {
        var edits = JetStreamEdits()
        (edits.tier, edits.enable, edits.disable, edits.removeTier) = (jsTier, jsEnable, jsDisable, rmJsTier)
        (edits.memoryStorage, edits.diskStorage) = (jsMemStorage, jsDiskStorage)
        (edits.streams, edits.consumers, edits.maxAckPending) = (jsStreams, jsConsumer, jsMaxAckPending)
        (edits.memoryMaxStreamBytes, edits.diskMaxStreamBytes) = (jsMaxMemStream, jsMaxDiskStream)
        edits.maxBytesRequired = jsMaxBytesRequired
        return edits
    }
}

/// Where traces of messages go.
struct TraceOptions: ParsableArguments {
    @Option(text: "The subject for message traces; empty to stop tracing.", as: "subject")
    var traceContextSubject: String?
    @Option(number: "Per cent of the messages to trace, 1 to 100.") var traceContextSampling: Int64?
}

import Administration
import ArgumentParser

/// The limits of an account. -1 is no limit.
struct AccountLimitOptions: ParsableArguments {
    @Option(
        parsing: .unconditional, help: ArgumentHelp("Client connections.", valueName: "number"),
        transform: ValueForms.number)
    var conns: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Leaf node connections.", valueName: "number"),
        transform: ValueForms.number)
    var leafConns: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bytes in all; no server enforces it.", valueName: "number"),
        transform: ValueForms.number)
    var data: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bytes of the largest message.", valueName: "number"),
        transform: ValueForms.number)
    var payload: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Subscriptions.", valueName: "number"),
        transform: ValueForms.number)
    var subscriptions: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Exports.", valueName: "number"), transform: ValueForms.number)
    var exports: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Imports.", valueName: "number"), transform: ValueForms.number)
    var imports: Int64?

    @Option(
        help: ArgumentHelp("Whether exports may have wildcards.", valueName: "=true|false"),
        transform: ValueForms.flag)
    var wildcardExports: Bool?

    @Option(
        help: ArgumentHelp("Whether users whose token alone signs in are refused.", valueName: "=true|false"),
        transform: ValueForms.flag)
    var disallowBearer: Bool?

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
    @Option(
        help: ArgumentHelp("The tier the limits are for, as its replicas; 0 for the account.", valueName: "replicas"))
    var jsTier: Int64?

    @Option(
        help: ArgumentHelp("Enable JetStream, for a tier or with 0 for the whole account.", valueName: "replicas"))
    var jsEnable: Int64?

    @Flag(help: "Disable JetStream.")
    var jsDisable = false

    @Option(help: ArgumentHelp("A tier to take out.", valueName: "replicas"))
    var rmJsTier: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bytes in memory.", valueName: "number"),
        transform: ValueForms.number)
    var jsMemStorage: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bytes on disk.", valueName: "number"),
        transform: ValueForms.number)
    var jsDiskStorage: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Streams.", valueName: "number"), transform: ValueForms.number)
    var jsStreams: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Consumers.", valueName: "number"), transform: ValueForms.number)
    var jsConsumer: Int64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Messages that wait for an acknowledgement.", valueName: "number"),
        transform: ValueForms.number)
    var jsMaxAckPending: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bytes of one stream in memory.", valueName: "number"),
        transform: ValueForms.number)
    var jsMaxMemStream: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bytes of one stream on disk.", valueName: "number"),
        transform: ValueForms.number)
    var jsMaxDiskStream: Int64?

    @Option(
        help: ArgumentHelp("Whether every stream must state its largest size.", valueName: "=true|false"),
        transform: ValueForms.flag)
    var jsMaxBytesRequired: Bool?

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
    @Option(help: ArgumentHelp("The subject for message traces; empty to stop tracing.", valueName: "subject"))
    var traceContextSubject: String?

    @Option(
        help: ArgumentHelp("Per cent of the messages to trace, 1 to 100.", valueName: "number"),
        transform: ValueForms.number)
    var traceContextSampling: Int64?
}

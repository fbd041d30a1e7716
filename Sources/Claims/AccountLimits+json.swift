extension AccountLimits: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "tiered_limits": try reader.read(&tieredJetStream)
        default:
            if try readPlainMember(name, from: &reader) { return }
            try jetStream.readMember(name, from: &reader)
        }
    }

    /// The older format knew no JetStream; what it seems to grant is passed over.
    mutating func readVersion1Member(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        if try !readPlainMember(name, from: &reader) { try reader.skip() }
    }

    /// Reads a limit that has nothing to do with JetStream; false, with nothing consumed, if it is none.
    private mutating func readPlainMember(
        _ name: String, from reader: inout JSONReader
    ) throws(ClaimsError) -> Bool {
        switch name {
        case "subs": try reader.read(&subscriptions)
        case "data": try reader.read(&data)
        case "payload": try reader.read(&payload)
        case "imports": try reader.read(&imports)
        case "exports": try reader.read(&exports)
        case "wildcards": try reader.read(&wildcardExports)
        case "disallow_bearer": try reader.read(&disallowBearer)
        case "conn": try reader.read(&connections)
        case "leaf": try reader.read(&leafNodeConnections)
        default: return false
        }
        return true
    }
}

extension JetStreamLimits: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "mem_storage": try reader.read(&memoryStorage)
        case "disk_storage": try reader.read(&diskStorage)
        case "streams": try reader.read(&streams)
        case "consumer": try reader.read(&consumers)
        case "max_ack_pending": try reader.read(&maxAckPending)
        case "mem_max_stream_bytes": try reader.read(&memoryMaxStreamBytes)
        case "disk_max_stream_bytes": try reader.read(&diskMaxStreamBytes)
        case "max_bytes_required": try reader.read(&maxBytesRequired)
        default: try reader.skip()
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("mem_storage", memoryStorage)
        writer.member("disk_storage", diskStorage)
        writer.member("streams", streams)
        writer.member("consumer", consumers)
        writer.member("max_ack_pending", maxAckPending)
        writer.member("mem_max_stream_bytes", memoryMaxStreamBytes)
        writer.member("disk_max_stream_bytes", diskMaxStreamBytes)
        writer.member("max_bytes_required", maxBytesRequired)
    }
}

extension JSONWriter {
    mutating func write(_ limits: AccountLimits) {
        beginObject()
        member("subs", limits.subscriptions)
        member("data", limits.data)
        member("payload", limits.payload)
        member("imports", limits.imports)
        member("exports", limits.exports)
        member("wildcards", limits.wildcardExports)
        member("disallow_bearer", limits.disallowBearer)
        member("conn", limits.connections)
        member("leaf", limits.leafNodeConnections)
        limits.jetStream.writeMembers(to: &self)
        if !limits.tieredJetStream.isEmpty {
            name("tiered_limits")
            beginObject()
            for (tier, limits) in limits.tieredJetStream {
                dataName(tier)
                beginObject()
                limits.writeMembers(to: &self)
                endObject()
            }
            endObject()
        }
        endObject()
    }
}

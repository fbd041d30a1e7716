extension AuditRecord {
    /// The bytes of the record: those that are stored and hashed.
    ///
    /// - Throws: ``AuditError`` of code `recordTooLarge`.
    public func encoded(patch: AuditPatch? = nil) throws(AuditError) -> [UInt8] {
        var writer = RecordWriter()
        writer.object { writer in
            writer.member("v", Int64(schema))
            writer.member("log", log)
            writer.member("i", index)
            writer.member("time", time)
            writer.member("boot", boot)
            writer.member("at", sinceBoot)
            writer.member("kind", kind.rawValue)
            writer.member("op", operation.rawValue)
            writer.member("outcome", outcome.rawValue)
            writer.member("evidence", evidence.rawValue)
            writer.member("actor") { actor.write(to: &$0) }
            if let connection { writer.member("conn") { $0.member("server", connection.server) } }
            writer.member("reason", reason)
            if let object { writer.member("object") { object.write(to: &$0) } }
            writer.member("before", before)
            writer.member("after", after)
            if let patch { patch.write(to: &writer) }
            writer.member("salt", salt)
        }
        guard writer.bytes.count <= Self.largest else {
            throw AuditError(
                .recordTooLarge, "a record of \(writer.bytes.count) bytes passes the limit of \(Self.largest)")
        }
        return writer.bytes
    }
}

extension AuditActor {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.member("type", kind.rawValue)
        writer.member("id", id)
        writer.member("role", role)
        writer.member("via", via)
        writer.member("request", request)
    }
}

extension AuditRecord.Object {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.member("type", type)
        writer.member("id", id)
        writer.member("name", name)
        writer.member("scope", scope)
    }
}

extension AuditPatch {
    fileprivate func write(to writer: inout RecordWriter) {
        guard isExhibit else { return writer.member("patch", json: json) }
        writer.member("patch") { writer in
            writer.member("sha256", Hexadecimal.text(hash))
            writer.member("size", Int64(json.count))
        }
    }
}

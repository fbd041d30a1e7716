import Secrets

extension DecisionRecord {
    /// The bytes of the record: those that are stored and hashed. At most 4 KiB: what does not fit with its subjects shown
    /// at length has them cut shorter.
    public var encoded: [UInt8] { encode().bytes }

    /// The same, and whether nothing had to be cut for it.
    func encode() -> (bytes: [UInt8], isWhole: Bool) {
        for limit in [AuditSubject.longest, 192, 64] {
            let bytes = written(limit)
            if bytes.count <= AuditRecord.largest { return (bytes, limit == AuditSubject.longest) }
        }
        // All other members are bounded: samples alone can still be too much.
        var record = self
        record.repeats?.samples = []
        return (record.written(48), false)
    }

    private func written(_ limit: Int) -> [UInt8] {
        var writer = RecordWriter()
        writer.object { writer in
            writer.member("v", Int64(AuditRecord.currentSchema))
            writer.member("log", log)
            writer.member("i", index)
            writer.member("time", time)
            writer.member("boot", boot)
            writer.member("at", at)
            writer.member("src", source)
            writer.member("n", total)
            writer.member("kind", kind.rawValue)
            writer.member("op", operation?.rawValue)
            writer.member("outcome", outcome.rawValue)
            writer.member("evidence", evidence.rawValue)
            if let who { writer.member("who") { who.write(to: &$0) } }
            if let connection { writer.member("conn") { connection.write(to: &$0) } }
            writer.member("subject", subject, limit)
            writer.member("typed", typed, limit)
            writer.member("queue", queue, limit)
            writer.member("reply", reply, limit)
            if !hops.isEmpty { writer.member("hops", list: hops) { $1.member("account", $0.account) } }
            if let rule { writer.member("rule") { rule.write(to: &$0, limit) } }
            writer.member("claims", claims)
            writer.member("reason", reason)
            if let repeats { repeats.write(to: &writer, limit) }
            if let object {
                writer.member("object") { writer in
                    writer.member("type", object.type)
                    writer.member("id", object.id)
                }
            }
            if let gap { writer.member("gap") { gap.write(to: &$0) } }
            writer.member("salt", salt)
        }
        return writer.bytes
    }
}

extension RecordWriter {
    /// A subject and, where it was cut, its length and hash.
    fileprivate mutating func member(_ name: String, _ subject: AuditSubject?, _ limit: Int) {
        guard let subject = subject?.shortened(to: limit) else { return }
        member(subject.isBase64 ? name + "_b64" : name, subject.text)
        member(name + "_size", subject.size)
        member(name + "_sha256", subject.hash)
    }
}

extension AuditSubject {
    fileprivate func shortened(to limit: Int) -> AuditSubject {
        guard limit < Self.longest else { return self }
        // Four characters stand for three bytes.
        let kept = isBase64 ? String(text.prefix(limit / 4 * 4)) : RecordText.prefix(text, to: limit)
        guard kept.utf8.count < text.utf8.count else { return self }
        return AuditSubject(
            text: kept, isBase64: isBase64, size: size ?? Int64(bytes.count),
            hash: hash ?? Hexadecimal.text(SHA256.hash(bytes)))
    }
}

extension DecidedWho {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.member("account", account)
        writer.member("user", user)
        writer.member("name", name)
        writer.member("jti", tokenID)
        writer.member("token", token)
        writer.member("role", role)
        writer.member("issuer", issuer)
    }
}

extension DecisionRecord.Connection {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.member("server", server)
        writer.member("id", id)
        writer.member("address", address)
        writer.member("type", type)
    }
}

extension DecisionRecord.RuleText {
    fileprivate func write(to writer: inout RecordWriter, _ limit: Int) {
        writer.member("effect", effect)
        writer.member("text", text, limit)
        writer.member("claim", claim)
    }
}

extension DecisionRecord.Repeats {
    fileprivate func write(to writer: inout RecordWriter, _ limit: Int) {
        writer.member("count", count)
        writer.member("first", first)
        writer.member("last", last)
        writer.member("distinct", distinct)
        if !samples.isEmpty {
            writer.member("sample", list: samples) { $1.member("subject", $0, min(limit, AuditSubject.longestSample)) }
        }
    }
}

extension AuditGap {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.member("cause", cause.rawValue)
        writer.member("from", from)
        writer.member("to", to)
        if let lost {
            writer.member("lost") { writer in
                for (kind, count) in lost.sorted(by: { $0.key < $1.key }) { writer.member(kind, count) }
            }
        } else if atMost != nil {
            writer.null("lost")
        }
        writer.member("at_most", atMost)
    }
}

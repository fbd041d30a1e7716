extension DecisionRecord {
    /// Reads a record.
    ///
    /// - Throws: ``AuditError`` of code `invalidRecord` for anything that is not a record of this schema, to the order of its
    ///   members.
    public init(bytes: some Collection<UInt8>) throws(AuditError) {
        guard bytes.count <= AuditRecord.largest else {
            throw AuditError(.invalidRecord, "the record is longer than \(AuditRecord.largest) bytes")
        }
        let fault = AuditError(.invalidRecord, "the bytes are not a record")
        guard let members = RecordValue(parsing: bytes)?.members else { throw fault }
        var reader = MemberReader(members)
        guard let schema = reader.integer("v") else { throw fault }
        guard schema == AuditRecord.currentSchema else {
            throw AuditError(.invalidRecord, "the record has schema \(schema), which this version cannot read")
        }
        guard let record = DecisionRecord(&reader), reader.isAtEnd, !reader.isDamaged else { throw fault }
        self = record
    }

    private init?(_ reader: inout MemberReader) {
        guard let log = reader.text("log"), let index = reader.integer("i"), let time = reader.text("time"),
            let boot = reader.text("boot"), let at = reader.integer("at")
        else { return nil }
        (self.log, self.index, self.time, self.boot, self.at) = (log, index, time, boot, at)
        (source, total) = (reader.integer("src"), reader.integer("n"))
        guard let kind = reader.text("kind").flatMap(AuditKind.init) else { return nil }
        self.kind = kind
        if let word = reader.text("op") {
            guard let operation = AuditOperation(rawValue: word) else { return nil }
            self.operation = operation
        }
        guard let outcome = reader.text("outcome").flatMap(AuditOutcome.init),
            let evidence = reader.text("evidence").flatMap(AuditEvidence.init)
        else { return nil }
        (self.outcome, self.evidence) = (outcome, evidence)
        who = reader.object("who") { DecidedWho(&$0) }
        connection = reader.object("conn") { Connection(&$0) }
        subject = reader.subject("subject")
        typed = reader.subject("typed")
        queue = reader.subject("queue")
        reply = reader.subject("reply")
        hops = reader.list("hops") { reader in reader.text("account").map { Hop(account: $0) } }
        rule = reader.object("rule") { RuleText(&$0) }
        claims = reader.text("claims")
        reason = reader.text("reason")
        repeats = Repeats(&reader)
        object = reader.object("object") { reader in
            guard let type = reader.text("type"), let id = reader.text("id") else { return nil }
            return AuditRecord.Object(exactly: type, id)
        }
        gap = reader.object("gap") { AuditGap(&$0) }
        guard let salt = reader.text("salt") else { return nil }
        self.salt = salt
    }
}

/// The members of an object, read in the order in which records have them.
private struct MemberReader {
    private let members: [(name: String, value: RecordValue)]
    private var position = 0
    /// Whether something was not what it must be.
    private(set) var isDamaged = false

    init(_ members: [(name: String, value: RecordValue)]) {
        self.members = members
    }

    var isAtEnd: Bool { position == members.count }

    mutating func take(_ name: String) -> RecordValue? {
        guard position < members.count, members[position].name == name else { return nil }
        defer { position += 1 }
        return members[position].value
    }

    private mutating func read<Value>(_ name: String, _ convert: (RecordValue) -> Value?) -> Value? {
        guard let value = take(name) else { return nil }
        let converted = convert(value)
        if converted == nil { isDamaged = true }
        return converted
    }

    mutating func text(_ name: String) -> String? { read(name, \.text) }

    mutating func integer(_ name: String) -> Int64? { read(name, \.integer) }

    mutating func object<Value>(_ name: String, _ make: (inout MemberReader) -> Value?) -> Value? {
        read(name) { Self.make(from: $0, make) }
    }

    mutating func list<Value>(_ name: String, _ make: (inout MemberReader) -> Value?) -> [Value] {
        read(name) { value -> [Value]? in
            guard let list = value.list, !list.isEmpty else { return nil }
            let made = list.compactMap { Self.make(from: $0, make) }
            return made.count == list.count ? made : nil
        } ?? []
    }

    private static func make<Value>(from value: RecordValue, _ make: (inout MemberReader) -> Value?) -> Value? {
        guard let members = value.members else { return nil }
        var reader = MemberReader(members)
        guard let made = make(&reader), reader.isAtEnd, !reader.isDamaged else { return nil }
        return made
    }

    mutating func subject(_ name: String) -> AuditSubject? {
        let plain = text(name)
        let coded = plain == nil ? text(name + "_b64") : nil
        guard let shown = plain ?? coded else { return nil }
        return AuditSubject(
            text: shown, isBase64: coded != nil, size: integer(name + "_size"), hash: text(name + "_sha256"))
    }

    /// Numbers by name.
    mutating func counts() -> [String: Int64]? {
        var counts: [String: Int64] = [:]
        while !isAtEnd {
            guard let count = members[position].value.integer, count > 0,
                counts.updateValue(count, forKey: members[position].name) == nil
            else { return nil }
            position += 1
        }
        return counts
    }

    /// Whether the member is there and has no value.
    mutating func isNull(_ name: String) -> Bool {
        guard position < members.count, members[position].name == name, case .null = members[position].value else {
            return false
        }
        position += 1
        return true
    }

    mutating func damage() { isDamaged = true }
}

extension DecidedWho {
    fileprivate init?(_ reader: inout MemberReader) {
        account = reader.text("account")
        (user, name, tokenID) = (reader.text("user"), reader.text("name"), reader.text("jti"))
        (token, role, issuer) = (reader.text("token"), reader.text("role"), reader.text("issuer"))
    }
}

extension DecisionRecord.Connection {
    fileprivate init?(_ reader: inout MemberReader) {
        guard let server = reader.text("server"), let id = reader.integer("id") else { return nil }
        let address = reader.text("address")
        guard let type = reader.text("type") else { return nil }
        (self.server, self.id, self.address, self.type) = (server, id, address, type)
    }
}

extension DecisionRecord.RuleText {
    fileprivate init?(_ reader: inout MemberReader) {
        guard let effect = reader.text("effect") else { return nil }
        self.init(effect: effect, text: reader.subject("text"), claim: reader.text("claim"))
    }
}

extension DecisionRecord.Repeats {
    /// Nil where the record is of one event.
    fileprivate init?(_ reader: inout MemberReader) {
        guard let count = reader.integer("count") else { return nil }
        guard count > 0, let first = reader.text("first"), let last = reader.text("last") else {
            reader.damage()
            return nil
        }
        self.init(
            count: count, first: first, last: last, distinct: reader.integer("distinct"),
            samples: reader.list("sample") { $0.subject("subject") })
    }
}

extension AuditGap {
    fileprivate init?(_ reader: inout MemberReader) {
        guard let cause = reader.text("cause").flatMap(Cause.init), let from = reader.text("from"),
            let to = reader.text("to")
        else { return nil }
        let isUnknown = reader.isNull("lost")
        let lost = isUnknown ? nil : reader.object("lost") { $0.counts() }
        let atMost = reader.integer("at_most")
        guard !isUnknown || atMost != nil else { return nil }
        self.init(cause: cause, from: from, to: to, lost: lost, atMost: atMost)
    }
}

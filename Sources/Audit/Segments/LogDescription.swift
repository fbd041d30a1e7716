/// What `log.json` says: which log a folder holds, and whether somebody writes to it.
public struct LogDescription: Sendable, Hashable {
    /// The log's name, such as `broker-n1`.
    public var name: String
    public var id: String
    /// The verifier key that the log begins with.
    public var key: String
    /// The start of the broker that writes to it, or that ended without closing it; nil for a log that is closed.
    public var boot: String?
    /// How many events that broker may hold which are not in the log yet.
    public var handOff: Int64?

    init(name: String, id: String, key: String) {
        (self.name, self.id, self.key) = (name, id, key)
    }

    /// Reads the file's content; nil for anything else.
    init?(_ bytes: [UInt8]) {
        guard bytes.last == UInt8(ascii: "\n"), let members = RecordValue(parsing: bytes.dropLast())?.members else {
            return nil
        }
        let values = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard values["v"]?.integer == 1, let name = values["name"]?.text, let id = values["log"]?.text,
            let key = values["key"]?.text
        else { return nil }
        (self.name, self.id, self.key) = (name, id, key)
        (boot, handOff) = (values["open"]?.text, values["at_most"]?.integer)
    }

    var bytes: [UInt8] {
        var writer = RecordWriter()
        writer.object { writer in
            writer.member("v", 1)
            writer.member("log", id)
            writer.member("name", name)
            writer.member("key", key)
            writer.member("open", boot)
            writer.member("at_most", boot == nil ? nil : handOff)
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// What a folder says about itself; nil where it holds no log.
    public static func read(from storage: some LogStorage) throws -> LogDescription? {
        try storage.readAll(SegmentFile.description, atMost: 4_096).flatMap { LogDescription($0) }
    }
}

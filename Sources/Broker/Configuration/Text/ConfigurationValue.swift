/// A value in a configuration file, with its place.
public struct ConfigurationValue: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        /// Quoted, bare, or a block in parentheses.
        case string(String)
        /// `unit` is what stood behind the digits, as it was written: `10` and `10k` are told apart, since a duration
        /// in minutes looks like a number of millions.
        case integer(Int64, unit: String)
        case float(Double)
        case boolean(Bool)
        /// `2026-01-02T03:04:05Z`, without quotes. No key takes one.
        case date(String)
        case array([ConfigurationValue])
        case map(ConfigurationMap)
    }

    public var content: Content
    public var position: ConfigurationPosition

    public init(_ content: Content, at position: ConfigurationPosition) {
        self.content = content
        self.position = position
    }

    /// How many values this one is made of, itself included; counting ends behind `limit`.
    func count(atMost limit: Int) -> Int {
        var total = 1
        switch content {
        case .string, .integer, .float, .boolean, .date: break
        case .array(let values):
            for value in values where total <= limit { total += value.count(atMost: limit - total) }
        case .map(let map):
            for entry in map.entries where total <= limit { total += entry.value.count(atMost: limit - total) }
        }
        return total
    }

    /// What the value is, for a message: "a number", "text", …
    var kind: String {
        switch content {
        case .string: "text"
        case .integer: "a whole number"
        case .float: "a number with a fraction"
        case .boolean: "true or false"
        case .date: "a date"
        case .array: "a list"
        case .map: "a section in braces"
        }
    }
}

/// Keys and values in the order of the file.
public struct ConfigurationMap: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        /// As it was written; nats-server reads the keys it knows in any case.
        public let key: String
        public let position: ConfigurationPosition
        public let value: ConfigurationValue
        /// Whether some value refers to this one with `$`. Such a key may have any name.
        public internal(set) var isReferenced = false

        init(key: String, position: ConfigurationPosition, value: ConfigurationValue) {
            self.key = key
            self.position = position
            self.value = value
        }
    }

    public private(set) var entries: [Entry] = []
    private var indices: [String: Int] = [:]

    public init() {}

    /// The value of a key, spelled as in the file.
    public subscript(key: String) -> ConfigurationValue? {
        indices[key].map { entries[$0].value }
    }

    /// Sets a key. As in nats-server the last value of a key counts; it keeps the place of the first one.
    /// - Returns: where the key stood before.
    @discardableResult
    mutating func set(_ entry: Entry) -> ConfigurationPosition? {
        guard let index = indices[entry.key] else {
            indices[entry.key] = entries.count
            entries.append(entry)
            return nil
        }
        let previous = entries[index]
        entries[index] = entry
        entries[index].isReferenced = previous.isReferenced
        return previous.position
    }

    /// The value of a key, for a variable that refers to it.
    mutating func refer(to key: String) -> ConfigurationValue? {
        guard let index = indices[key] else { return nil }
        entries[index].isReferenced = true
        return entries[index].value
    }
}

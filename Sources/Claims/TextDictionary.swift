/// A dictionary whose keys are texts, compared byte by byte: the JSON objects in claims whose names are data.
///
/// `é` can be written in two ways that Swift's own dictionaries take for one key, so that a token that has both would
/// not come back as it was. Entries come in the byte order of their keys, which is that of tokens.
///
/// ```swift
/// account.mappings["orders.new"] = [WeightedMapping(subject: "orders.v2.new", weight: 20)]
/// ```
public struct TextDictionary<Value>: Sequence, ExpressibleByDictionaryLiteral {
    /// An entry.
    public typealias Element = (key: String, value: Value)

    private var values: [ExactText: Value] = [:]

    /// No entries.
    public init() {}

    /// The entries of a dictionary.
    public init(_ entries: [String: Value]) {
        for (key, value) in entries { values[ExactText(key)] = value }
    }

    /// Of two entries of one key, the last counts.
    public init(dictionaryLiteral entries: (String, Value)...) {
        for (key, value) in entries { values[ExactText(key)] = value }
    }

    /// Whether there are no entries.
    public var isEmpty: Bool { values.isEmpty }
    /// The number of entries.
    public var count: Int { values.count }

    /// The keys, in byte order.
    public var keys: [String] { values.keys.sorted().map(\.text) }

    /// The value of a key. Setting nil takes the entry away.
    public subscript(key: String) -> Value? {
        get { values[ExactText(key)] }
        set { values[ExactText(key)] = newValue }
    }

    /// The value of a key, or another one if there is none; changing it adds the entry.
    public subscript(key: String, default value: @autoclosure () -> Value) -> Value {
        get { values[ExactText(key), default: value()] }
        _modify { yield &values[ExactText(key), default: value()] }
    }

    /// Takes an entry away and returns its value, or nil if there was none.
    @discardableResult
    public mutating func removeValue(forKey key: String) -> Value? {
        values.removeValue(forKey: ExactText(key))
    }

    /// The entries, in the byte order of their keys.
    public func makeIterator() -> Iterator { Iterator(self) }

    /// Gives the entries one by one.
    public struct Iterator: IteratorProtocol {
        // Only the keys are sorted: values may be large.
        private var keys: IndexingIterator<[ExactText]>
        private let values: [ExactText: Value]

        fileprivate init(_ dictionary: TextDictionary) {
            keys = dictionary.values.keys.sorted().makeIterator()
            values = dictionary.values
        }

        /// The next entry, or nil after the last.
        public mutating func next() -> Element? {
            guard let key = keys.next(), let value = values[key] else { return nil }
            return (key.text, value)
        }
    }
}

extension TextDictionary: Sendable where Value: Sendable {}
extension TextDictionary: Equatable where Value: Equatable {}
extension TextDictionary: Hashable where Value: Hashable {}

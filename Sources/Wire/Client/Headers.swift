/// The headers of a message: names with one or more values each, in the order they were written.
///
/// Names keep their case and are compared with it, as NATS clients do. A header block may also carry a status on its
/// first line, which is how a server answers a request itself: 503 is "no responders".
public struct Headers: Sendable, Hashable {
    /// One line of the block.
    public struct Field: Sendable, Hashable {
        public let name: String
        /// The value as it was sent. It need not be UTF-8, and is written again as it was read.
        public let bytes: [UInt8]

        /// The value as text; what is no UTF-8 is replaced.
        public var value: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Every line in order, several of one name included.
    public private(set) var fields: [Field] = []
    /// The number on the first line, 100 to 999; nil when there is none.
    public internal(set) var status: Int?
    /// The words behind the status; empty when there are none.
    public internal(set) var statusDescription = ""

    /// No headers, no status.
    public init() {}

    /// A status without fields, as a server sends it.
    ///
    /// - Parameter status: three digits; anything else is left away, since no reader would understand it.
    public init(status: Int, description: String = "") {
        guard (100...999).contains(status) else { return }
        self.status = status
        statusDescription = String(description.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
    }

    /// Whether there is nothing to send.
    public var isEmpty: Bool { fields.isEmpty && status == nil }

    /// The first value of a name.
    public subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// All values of a name, in order.
    public func values(of name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// Adds a value beside those that the name already has.
    ///
    /// - Throws: ``HeadersError`` when the name or the value cannot stand on a header line: a line end in either would
    ///   let the rest pass for another header.
    public mutating func append(_ name: String, _ value: String) throws(HeadersError) {
        guard Self.isName(name.utf8) else { throw .invalidName }
        let bytes = Array(value.utf8)
        guard Self.isValue(bytes) else { throw .invalidValue }
        fields.append(Field(name: name, bytes: bytes))
    }

    /// Replaces all values of a name with one. Throws as ``append(_:_:)``, and then changes nothing.
    public mutating func set(_ name: String, _ value: String) throws(HeadersError) {
        var changed = self
        changed.fields.removeAll { $0.name == name }
        try changed.append(name, value)
        self = changed
    }

    /// Removes all values of a name in whatever case it is written.
    ///
    /// This is for names that only a server may set: a reader that does not look at the case must not find one that
    /// somebody else wrote.
    public mutating func removeAll(inAnyCase name: String) {
        let wanted = name.lowercased()
        fields.removeAll { $0.name.lowercased() == wanted }
    }

    /// Adds a line as it was read.
    mutating func append(_ field: Field) {
        fields.append(field)
    }

    /// Printable ASCII other than the colon, at least one character.
    static func isName(_ bytes: some Sequence<UInt8>) -> Bool {
        var isEmpty = true
        for byte in bytes {
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: ":") else { return false }
            isEmpty = false
        }
        return !isEmpty
    }

    /// Anything but line ends and NUL.
    static func isValue(_ bytes: some Sequence<UInt8>) -> Bool {
        !bytes.contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 }
    }
}

/// Why a header or a header block was refused.
public enum HeadersError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The block does not begin with `NATS/1.0`.
    case missingVersion
    /// The first line has something behind the version that is no status.
    case invalidStatus
    /// A line without a colon, or one that continues the line before.
    case invalidLine
    case invalidName
    case invalidValue
    /// The block does not end with an empty line, or goes on behind it.
    case missingEnd

    public var description: String {
        switch self {
        case .missingVersion: "a header block begins with NATS/1.0"
        case .invalidStatus: "the status on the first header line is not three digits"
        case .invalidLine: "a header line is a name, a colon and a value"
        case .invalidName: "a header name is printable ASCII without blanks and colons"
        case .invalidValue: "a header value has no line ends and no NUL"
        case .missingEnd: "a header block ends with an empty line"
        }
    }
}

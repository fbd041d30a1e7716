import Claims

/// Writes JSON as nats-server's programs expect it: members in the order given, on lines of their own where people read
/// it, and with `<`, `>` and `&` escaped.
struct PageWriter {
    private(set) var bytes: [UInt8] = []
    private let isIndented: Bool
    private var depth = 0
    private var isFirst = true

    /// - Parameter isIndented: whether members stand on lines of their own, two blanks for each level.
    init(isIndented: Bool) {
        self.isIndented = isIndented
    }

    // MARK: Members

    mutating func object(_ name: String, _ fill: (inout PageWriter) -> Void) {
        begin(name)
        object(fill)
    }

    mutating func list<Elements: Sequence>(
        _ name: String, _ elements: Elements, _ write: (inout PageWriter, Elements.Element) -> Void
    ) {
        begin(name)
        list(elements, write)
    }

    mutating func add(_ name: String, _ value: String) {
        begin(name)
        put(value)
    }

    mutating func add(_ name: String, _ value: some BinaryInteger) {
        begin(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func add(_ name: String, _ value: Bool) {
        begin(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// - Parameter value: finite; a whole number is written without a point.
    mutating func add(_ name: String, _ value: Double) {
        begin(name)
        put(value)
    }

    mutating func add(_ name: String, _ values: [String]) {
        list(name, values) { $0.element($1) }
    }

    mutating func add(_ name: String, _ value: JSONValue) {
        begin(name)
        put(value)
    }

    mutating func add(_ name: String, _ body: any PageBody) {
        begin(name)
        body.write(to: &self)
    }

    /// A member that is JSON already.
    mutating func add(_ name: String, json: String) {
        begin(name)
        bytes.append(contentsOf: json.utf8)
    }

    mutating func addNull(_ name: String) {
        begin(name)
        bytes.append(contentsOf: "null".utf8)
    }

    // MARK: Values

    mutating func object(_ fill: (inout PageWriter) -> Void) {
        open("{")
        fill(&self)
        close("}")
    }

    mutating func list<Elements: Sequence>(
        _ elements: Elements, _ write: (inout PageWriter, Elements.Element) -> Void
    ) {
        open("[")
        for element in elements {
            separate()
            write(&self, element)
        }
        close("]")
    }

    /// An element of a list.
    mutating func element(_ text: String) {
        put(text)
    }

    mutating func put(_ value: JSONValue) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .string(let text): put(text)
        case .array(let elements): list(elements) { $0.put($1) }
        case .object(let members):
            object { writer in
                for (name, member) in members { writer.add(name, member) }
            }
        default: bytes.append(contentsOf: value.jsonText.utf8)
        }
    }

    private mutating func put(_ value: Double) {
        let text = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func put(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: "\\\"".utf8)
            case "\\": bytes.append(contentsOf: "\\\\".utf8)
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{7F}": escape(scalar.value)
            case _ where scalar.value < 0x20: escape(scalar.value)
            default: bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ value: UInt32) {
        let digits = String(value, radix: 16)
        bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
    }

    // MARK: Between

    private mutating func begin(_ name: String) {
        separate()
        put(name)
        bytes.append(UInt8(ascii: ":"))
        if isIndented { bytes.append(UInt8(ascii: " ")) }
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        newLine()
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        depth += 1
        isFirst = true
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        depth -= 1
        if !isFirst { newLine() }
        bytes.append(UInt8(ascii: bracket))
        isFirst = false
    }

    private mutating func newLine() {
        guard isIndented else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }
}

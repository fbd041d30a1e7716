/// Writes the JSON of records: members in the order they are given, no blanks, integers only, and only those escapes
/// that JSON demands.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    mutating func object(_ content: (inout RecordWriter) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        content(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        self.name(name)
        bytes.appendRecordString(value)
    }

    mutating func member(_ name: String, _ value: Int64?) {
        guard let value else { return }
        self.name(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func member(_ name: String, object content: (inout RecordWriter) -> Void) {
        self.name(name)
        object(content)
    }

    /// A member whose value is JSON already.
    mutating func member(_ name: String, json: [UInt8]) {
        self.name(name)
        bytes.append(contentsOf: json)
    }

    /// A member without a value.
    mutating func null(_ name: String) {
        self.name(name)
        bytes.append(contentsOf: "null".utf8)
    }

    /// A member whose value is a list of objects.
    mutating func member<Element>(
        _ name: String, list: [Element], _ content: (Element, inout RecordWriter) -> Void
    ) {
        self.name(name)
        bytes.append(UInt8(ascii: "["))
        for (place, element) in list.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            object { content(element, &$0) }
        }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    private mutating func name(_ name: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        bytes.appendRecordString(name)
        bytes.append(UInt8(ascii: ":"))
    }
}

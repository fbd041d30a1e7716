/// Reads JSON text piece by piece, straight into values.
///
/// The rules are those of the reference's library (Go's `encoding/json`): names match without regard to case, the last
/// of two equal names wins, `null` leaves a value as it was, integers have neither fraction nor exponent, a lone
/// surrogate and every byte that is not UTF-8 become U+FFFD, and nothing may follow the value. What a name that comes
/// twice holds is read into what the first one left, element by element for lists. Nesting is bounded.
package struct JSONReader {
    /// Deeper nesting is refused; claims need less than ten levels.
    static let maximumDepth = 200

    private let text: UnsafeRawBufferPointer
    /// What the text is, in paths: nothing for a payload.
    private let root: String
    private var position = 0
    private var depth = 0
    /// Whether the object or array just begun has had no member yet.
    private var isFirst = false
    /// The folded name of the member that is read, at each depth; empty where there is none.
    private var names: [String] = []
    /// The ends of lists that were cut when their member came again with fewer elements, by the list's place and last
    /// element first: a third list of that name is read into them.
    var cutEnds: [String: any Sendable] = [:]
    /// Whether the text is read as if it had been a tree before, whose numbers are all doubles; see ``readTree(_:)``.
    private(set) var isTree = false

    /// `text` must stay valid while the reader is used.
    package init(_ text: UnsafeRawBufferPointer, root: String = "") {
        self.text = text
        self.root = root
    }

    /// The byte that is next, from 0.
    var offset: Int { position }

    /// What is wrong, with the place: the claim and the byte.
    func error(_ message: String, at offset: Int? = nil) -> ClaimsError {
        let offset = offset ?? position
        let path = [root, JSONPath.path(to: offset, in: text).text].filter { !$0.isEmpty }.joined(separator: ".")
        let place = path.isEmpty ? "" : " (\(path))"
        return ClaimsError(.json, "invalid JSON at byte \(offset)\(place): \(message)", at: path)
    }

    // MARK: Structure

    /// Begins an object; false for `null`, which is consumed.
    package mutating func beginObject() throws(ClaimsError) -> Bool {
        try begin(0x7B, "an object")
    }

    /// Begins an array; false for `null`, which is consumed.
    package mutating func beginArray() throws(ClaimsError) -> Bool {
        try begin(0x5B, "an array")
    }

    private mutating func begin(_ mark: UInt8, _ expected: String) throws(ClaimsError) -> Bool {
        if try readNull() { return false }
        guard peek() == mark else { throw error("expected \(expected)") }
        depth += 1
        guard depth <= Self.maximumDepth else { throw error("nested too deeply") }
        if names.count < depth { names.append("") } else { names[depth - 1] = "" }
        position += 1
        isFirst = true
        return true
    }

    /// The name of the next member of the object just begun, in lower case, or nil at its end.
    package mutating func nextMember() throws(ClaimsError) -> String? {
        guard try next(before: 0x7D) else { return nil }
        let name = try foldedName()
        try expectColon()
        names[depth - 1] = name
        return name
    }

    /// The name of the next member of the object just begun, as it is, or nil at its end.
    mutating func nextExactMember() throws(ClaimsError) -> String? {
        guard try next(before: 0x7D) else { return nil }
        let name = try string()
        try expectColon()
        return name
    }

    /// Passes over the name of the next member of the object just begun; false at its end.
    mutating func skipMemberName() throws(ClaimsError) -> Bool {
        guard try next(before: 0x7D) else { return false }
        try skipString()
        try expectColon()
        return true
    }

    /// Whether the array just begun has another element.
    package mutating func nextElement() throws(ClaimsError) -> Bool {
        try next(before: 0x5D)
    }

    /// Checks that nothing but white space is left.
    package mutating func expectEnd() throws(ClaimsError) {
        skipWhiteSpace()
        guard position == text.count else { throw error("unexpected text after the value") }
    }

    private mutating func next(before end: UInt8) throws(ClaimsError) -> Bool {
        skipWhiteSpace()
        if peek() == end {
            position += 1
            depth -= 1
            isFirst = false
            return false
        }
        if isFirst {
            isFirst = false
        } else {
            guard peek() == 0x2C else { throw error("expected a comma or the end of the list") }
            position += 1
            skipWhiteSpace()
        }
        return true
    }

    private mutating func expectColon() throws(ClaimsError) {
        skipWhiteSpace()
        guard peek() == 0x3A else { throw error("expected a colon") }
        position += 1
    }

    /// The names that lead to the member that is read.
    var place: String { names.prefix(depth).joined(separator: ".") }

    // MARK: Trees

    /// A member of an object that was passed over: its exact name and where its value begins.
    struct Member {
        let name: String
        let offset: Int
    }

    /// Reads something as the reference reads what it has first made a tree of, and then text again: numbers go through
    /// doubles, an object has each exact name once, and its members come in the order of their names.
    mutating func readTree(_ body: (inout JSONReader) throws(ClaimsError) -> Void) throws(ClaimsError) {
        let wasTree = isTree
        isTree = true
        defer { isTree = wasTree }
        try body(&self)
    }

    /// Passes over an object and returns its members in the order of their names, of equal ones the last; nil for
    /// `null`.
    mutating func sortedMembers() throws(ClaimsError) -> [Member]? {
        guard try beginObject() else { return nil }
        var members: [Member] = []
        while let name = try nextExactMember() {
            _ = nextByte()
            members.append(Member(name: name, offset: position))
            try skip()
        }
        members.sort { one, other in
            let (first, second) = (ExactText(one.name), ExactText(other.name))
            return first == second ? one.offset < other.offset : first < second
        }
        return members.indices.filter { index in
            index + 1 == members.count || ExactText(members[index + 1].name) != ExactText(members[index].name)
        }.map { members[$0] }
    }

    /// Reads the value of a member of the object just passed over.
    mutating func read(
        _ member: Member, _ body: (String, inout JSONReader) throws(ClaimsError) -> Void
    ) throws(ClaimsError) {
        let end = position
        let name = Self.folded(member.name)
        position = member.offset
        depth += 1
        names[depth - 1] = name
        try body(name, &self)
        depth -= 1
        position = end
        isFirst = false
    }

    // MARK: Scalars

    /// Consumes `null` if it is next.
    package mutating func readNull() throws(ClaimsError) -> Bool {
        skipWhiteSpace()
        guard peek() == 0x6E else { return false }
        try expectWord("null")
        return true
    }

    /// The first byte of the next value, to tell types apart; nil at the end of the text.
    mutating func nextByte() -> UInt8? {
        skipWhiteSpace()
        return peek()
    }

    mutating func bool() throws(ClaimsError) -> Bool {
        switch nextByte() {
        case 0x74:
            try expectWord("true")
            return true
        case 0x66:
            try expectWord("false")
            return false
        default: throw error("expected true or false")
        }
    }

    /// An integer that fits; a fraction or an exponent is refused even if the value is whole.
    mutating func integer<Integer: FixedWidthInteger>() throws(ClaimsError) -> Integer {
        skipWhiteSpace()
        let start = position
        guard let first = peek(), first == 0x2D || (0x30...0x39).contains(first) else {
            throw error("expected a number")
        }
        let literal = isTree ? JSONNumber.text(try double()) : String(decoding: try number(), as: UTF8.self)
        guard !literal.isEmpty, literal.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }),
            // An unsigned field refuses "-0" too.
            Integer.isSigned || literal.utf8.first != 0x2D, let value = Integer(literal)
        else { throw error("expected an integer from \(Integer.min) to \(Integer.max)", at: start) }
        return value
    }

    mutating func double() throws(ClaimsError) -> Double {
        skipWhiteSpace()
        let start = position
        guard let value = Double(String(decoding: try number(), as: UTF8.self)), value.isFinite else {
            throw error("number out of range", at: start)
        }
        return value
    }

    /// Passes over a number, which may be too large for any type unless it was in a tree.
    mutating func skipNumber() throws(ClaimsError) {
        skipWhiteSpace()
        if isTree { _ = try double() } else { _ = try number() }
    }

    /// The bytes of a number literal.
    private mutating func number() throws(ClaimsError) -> Slice<UnsafeRawBufferPointer> {
        let start = position
        guard let first = peek(), first == 0x2D || (0x30...0x39).contains(first) else {
            throw error("expected a value")
        }
        if first == 0x2D { position += 1 }
        if peek() == 0x30 {
            position += 1
        } else {
            try digits()
        }
        if peek() == 0x2E {
            position += 1
            try digits()
        }
        if peek() == 0x65 || peek() == 0x45 {
            position += 1
            if peek() == 0x2B || peek() == 0x2D { position += 1 }
            try digits()
        }
        return text[start..<position]
    }

    private mutating func digits() throws(ClaimsError) {
        let start = position
        while let byte = peek(), (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw error("expected a digit") }
    }

    // MARK: Bytes

    private func peek() -> UInt8? {
        position < text.count ? text[position] : nil
    }

    private mutating func skipWhiteSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func expectWord(_ word: StaticString) throws(ClaimsError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard peek() == word.utf8Start[index] else { throw error("expected \(word)") }
            position += 1
        }
    }

    // MARK: Texts

    /// A string.
    package mutating func string() throws(ClaimsError) -> String {
        let (content, hasEscapes) = try rawText()
        guard hasEscapes else { return Self.repaired(content) }
        return try unescaped(content)
    }

    /// Passes over a string, checking its escapes.
    mutating func skipString() throws(ClaimsError) {
        let (content, hasEscapes) = try rawText()
        if hasEscapes { _ = try unescaped(content) }
    }

    /// A name, folded for comparison.
    private mutating func foldedName() throws(ClaimsError) -> String {
        let (content, hasEscapes) = try rawText()
        let isPlain = !hasEscapes && content.allSatisfy { $0 < 0x80 && !(0x41...0x5A).contains($0) }
        if isPlain { return Self.repaired(content) }
        return Self.folded(hasEscapes ? try unescaped(content) : Self.repaired(content))
    }

    private static func folded(_ name: String) -> String {
        // Two letters outside ASCII fold to ASCII ones, there as here: the long s and the Kelvin sign.
        var folded = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": folded.append(Unicode.Scalar(UInt8(scalar.value) + 0x20))
            case "\u{17F}": folded.append("s")
            case "\u{212A}": folded.append("k")
            default: folded.append(scalar)
            }
        }
        return String(folded)
    }

    /// The bytes between the quotes, and whether there is a backslash among them.
    private mutating func rawText() throws(ClaimsError) -> (Slice<UnsafeRawBufferPointer>, hasEscapes: Bool) {
        skipWhiteSpace()
        guard peek() == 0x22 else { throw error("expected a string") }
        position += 1
        let start = position
        var hasEscapes = false
        while let byte = peek() {
            switch byte {
            case 0x22:
                position += 1
                return (text[start..<(position - 1)], hasEscapes)
            case 0x5C:
                hasEscapes = true
                position += 1
                // What follows is checked when the escapes are resolved; here only a quote must not end the string.
                if peek() == nil { throw error("unfinished string") }
                position += 1
            case 0..<0x20: throw error("control character in a string")
            default: position += 1
            }
        }
        throw error("unfinished string")
    }

    private func unescaped(_ content: Slice<UnsafeRawBufferPointer>) throws(ClaimsError) -> String {
        do {
            return try JSONEscapes.resolve(content).withUnsafeBytes { Self.repaired($0[...]) }
        } catch {
            throw self.error("invalid escape in a string", at: error.offset)
        }
    }

    /// A text from bytes, each byte that is not part of UTF-8 replaced by one U+FFFD.
    static func repaired(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        let text = bytes.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
        let isASCII = bytes.reduce(0, |) < 0x80
        // The standard library puts one U+FFFD for several bytes; texts it had to repair are made again.
        return isASCII || text.utf8.elementsEqual(bytes) ? text : repairedInPieces(bytes)
    }

    private static func repairedInPieces(_ bytes: UnsafeRawBufferPointer) -> String {
        var text = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = (1...4).first { length in
                length <= rest.count && String(validating: rest.prefix(length), as: UTF8.self) != nil
            }
            text += length.map { String(decoding: rest.prefix($0), as: UTF8.self) } ?? "\u{FFFD}"
            rest = rest.dropFirst(length ?? 1)
        }
        return text
    }
}

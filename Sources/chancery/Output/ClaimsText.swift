import Claims

/// The JSON of a claims body, as text: shown with one member a line, or one field of it.
///
/// The text keeps the order of its members and the spelling of its numbers. It was read as JSON before and has no white
/// space, so it is known to be well-formed; what is not ends a search without a result. Characters that could command a terminal, which
/// JSON allows in strings, are shown as escapes.
struct ClaimsText {
    private let bytes: [UInt8]

    init(_ json: String) {
        bytes = Array(Self.escaped(json).utf8)
    }

    private static func escaped(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: Console.isUnprintable) else { return json }
        return json.unicodeScalars.reduce(into: "") { text, scalar in
            guard Console.isUnprintable(scalar) else { return text.unicodeScalars.append(scalar) }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }

    /// The text with one member or element a line, for people.
    var indented: String {
        var output: [UInt8] = []
        var depth = 0
        func newLine() {
            output.append(UInt8(ascii: "\n"))
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                let end = endOfString(index)
                output.append(contentsOf: Self.plain(bytes[index..<end]))
                index = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                output.append(byte)
                if index + 1 < bytes.count, bytes[index + 1] == byte + 2 {
                    output.append(bytes[index + 1])
                    index += 1
                } else {
                    depth += 1
                    newLine()
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                newLine()
                output.append(byte)
            case UInt8(ascii: ","):
                output.append(byte)
                newLine()
            case UInt8(ascii: ":"):
                output.append(contentsOf: [byte, UInt8(ascii: " ")])
            default:
                output.append(byte)
            }
            index += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A string with `<`, `>` and `&` as they are. Tokens have them escaped, and subjects are full of them.
    private static func plain(_ string: ArraySlice<UInt8>) -> [UInt8] {
        let escapes: [[UInt8]: UInt8] = [
            Array("u003c".utf8): UInt8(ascii: "<"), Array("u003e".utf8): UInt8(ascii: ">"),
            Array("u0026".utf8): UInt8(ascii: "&"),
        ]
        var output: [UInt8] = []
        var rest = string
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                continue
            }
            if let character = escapes[Array(rest.prefix(5))] {
                output.append(character)
                rest = rest.dropFirst(5)
            } else {
                output += [byte] + rest.prefix(1)
                rest = rest.dropFirst()
            }
        }
        return output
    }

    /// The JSON of one field, or nil if there is none.
    ///
    /// - Parameter path: names with dots between them, elements of arrays as `[0]`, and names that are more than a word in
    ///   quotes, as messages have them: `nats.exports[0].subject`, `nats.mappings."a.b"[0].subject`.
    func field(_ path: String) -> String? {
        var position = 0
        for step in Self.steps(path) {
            guard let next = step.index.map({ element($0, at: position) }) ?? member(step.name, at: position) else {
                return nil
            }
            position = next
        }
        return String(decoding: bytes[position..<endOfValue(position)], as: UTF8.self)
    }

    private static func steps(_ path: String) -> [(name: String, index: Int?)] {
        var steps: [(name: String, index: Int?)] = []
        var rest = path.unicodeScalars[...]
        while let first = rest.first {
            switch first {
            case ".": rest.removeFirst()
            case "[":
                let digits = rest.dropFirst().prefix { $0 != "]" }
                rest = rest.dropFirst(digits.count + 2)
                steps.append(("", Int(String(digits)) ?? -1))
            case "\"": steps.append((quotedName(&rest), nil))
            default:
                let name = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest.dropFirst(name.count)
                steps.append((String(name), nil))
            }
        }
        return steps
    }

    /// Takes a name in quotes, in which a backslash makes a character stand for itself.
    private static func quotedName(_ rest: inout Substring.UnicodeScalarView) -> String {
        var name = String.UnicodeScalarView()
        rest.removeFirst()
        while let scalar = rest.popFirst(), scalar != "\"" {
            name.append(scalar == "\\" ? rest.popFirst() ?? scalar : scalar)
        }
        return String(name)
    }

    private func member(_ name: String, at start: Int) -> Int? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "{") else { return nil }
        let wanted = JSONValue.string(name)
        var index = start + 1
        while index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
            let end = endOfString(index)
            let value = end + 1
            // Names are compared by what they say: they may have escapes.
            if JSONValue(parsing: Array(bytes[index..<end])) == wanted { return value }
            index = endOfValue(value) + 1
        }
        return nil
    }

    private func element(_ number: Int, at start: Int) -> Int? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "["), number >= 0 else { return nil }
        var index = start + 1
        for _ in 0..<number {
            index = endOfValue(index) + 1
            guard index < bytes.count else { return nil }
        }
        return index < bytes.count && bytes[index - 1] != UInt8(ascii: "]") && bytes[index] != UInt8(ascii: "]")
            ? index : nil
    }

    /// The position after the string that begins at `start`.
    private func endOfString(_ start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, bytes.count)
    }

    /// The position after the value that begins at `start`.
    private func endOfValue(_ start: Int) -> Int {
        var depth = 0
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = endOfString(index)
                if depth == 0 { return index }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: ",") where depth == 0:
                return index
            default:
                break
            }
            index += 1
        }
        return bytes.count
    }
}

import Claims

/// One thing that is wrong with a request, and where.
struct Fault: Sendable, Hashable {
    /// A JSON pointer (RFC 6901) into the body, or the name of a parameter.
    var pointer: String
    /// What is wrong in one word.
    var code: String
    /// What is wrong, for people. Never with the value itself, which may be a secret.
    var detail: String
}

extension Schema {
    /// No more faults than this are told of one request.
    static let mostFaults = 32

    /// Everything that is wrong with a value.
    func faults(in value: JSONValue, at pointer: String = "") -> [Fault] {
        var faults: [Fault] = []
        check(value, pointer, &faults)
        return faults
    }

    /// What a patch (RFC 7396) names that is not known here, also what it would only take away. What the patch makes of a value is
    /// checked as a value.
    func strangers(in patch: JSONValue, at pointer: String = "") -> [Fault] {
        if case .component(let name) = form { return Components.schema(name).strangers(in: patch, at: pointer) }
        guard case .object(let members, let others) = form, let given = patch.members else { return [] }
        let faults = given.flatMap { name, value -> [Fault] in
            let inner = "\(pointer)/\(Self.escaped(name))"
            if let member = members.first(where: { $0.name == name }) {
                return member.schema.strangers(in: value, at: inner)
            }
            return others?.strangers(in: value, at: inner)
                ?? [Fault(pointer: inner, code: "unknown", detail: "is not known here")]
        }
        return Array(faults.prefix(Self.mostFaults))
    }

    private func check(_ value: JSONValue, _ pointer: String, _ faults: inout [Fault]) {
        guard faults.count < Self.mostFaults else { return }
        func fail(_ code: String, _ detail: String) {
            faults.append(Fault(pointer: pointer, code: code, detail: detail))
        }
        if isNullable, value == .null { return }
        switch form {
        case .any: break
        case .component(let name): Components.schema(name).check(value, pointer, &faults)
        case .flag: if value.flag == nil { fail("type", "must be true or false") }
        case .integer(let range):
            guard let number = value.integer else { return fail("type", "must be an integer") }
            if !range.contains(number) {
                fail("range", "must be from \(range.lowerBound) to \(range.upperBound)")
            }
        case .text(let most, let choices, let pattern):
            guard let text = value.text else { return fail("type", "must be a string") }
            if text.unicodeScalars.count > most { return fail("length", "must be at most \(most) characters long") }
            if let choices, !choices.contains(text) {
                return fail("choice", "must be one of " + choices.joined(separator: ", "))
            }
            if text.unicodeScalars.contains(where: { $0.value == 0 }) { return fail("character", "must not hold NUL") }
            if let pattern, !TextForm.matches(text, pattern) { fail("form", "must be of the form \(pattern)") }
        case .array(let element, let most):
            guard let elements = value.elements else { return fail("type", "must be an array") }
            if elements.count > most { return fail("length", "must have at most \(most) elements") }
            for (index, each) in elements.enumerated() { element.check(each, "\(pointer)/\(index)", &faults) }
        case .object(let members, let others):
            guard let given = value.members else { return fail("type", "must be an object") }
            checkMembers(members, others, given, pointer, &faults)
        }
    }

    private func checkMembers(
        _ members: [Member], _ others: Schema?, _ given: TextDictionary<JSONValue>, _ pointer: String,
        _ faults: inout [Fault]
    ) {
        for member in members where member.isRequired && !member.isReadOnly && given[member.name] == nil {
            faults.append(
                Fault(pointer: "\(pointer)/\(member.name)", code: "missing", detail: "must be given"))
        }
        for (name, value) in given {
            let inner = "\(pointer)/\(Self.escaped(name))"
            if let member = members.first(where: { $0.name == name }) {
                if !member.isReadOnly { member.schema.check(value, inner, &faults) }
            } else if let others {
                others.check(value, inner, &faults)
            } else if faults.count < Self.mostFaults {
                faults.append(Fault(pointer: inner, code: "unknown", detail: "is not known here"))
            }
        }
    }

    /// A name as a part of a JSON pointer; a long one is cut.
    private static func escaped(_ name: String) -> String {
        String(name.prefix(64)).replacing("~", with: "~0").replacing("/", with: "~1")
    }
}

/// The forms of texts that schemas name, as regular expressions of which only these are known.
enum TextForm {
    /// An account's public key.
    static let accountKey = "^A[A-Z2-7]{55}$"
    /// An operator's public key.
    static let operatorKey = "^O[A-Z2-7]{55}$"
    /// A user's public key.
    static let userKey = "^U[A-Z2-7]{55}$"
    /// A curve key.
    static let curveKey = "^X[A-Z2-7]{55}$"
    /// A SHA-256 in hexadecimal digits.
    static let digest = "^[0-9a-f]{64}$"
    /// A name in a path: no control characters, and not dots alone.
    static let pathName = "^(?!\\.{1,2}$)[^\\x00-\\x1F\\x7F]+$"
    /// A parameter of a query: no control characters.
    static let parameter = "^[^\\x00-\\x1F\\x7F]*$"
    /// A key that makes a request one that is carried out once.
    static let idempotencyKey = "^[!-~]{16,255}$"

    /// `*`, or entity tags between quotation marks (RFC 9110, section 8.8.3), without blanks or others' letters in them.
    static let entityTags = "^(\\*|(W/)?\"[!#-+\\--~]*\"( *, *(W/)?\"[!#-+\\--~]*\")*)$"

    static func matches(_ text: String, _ form: String) -> Bool {
        let bytes = Array(text.utf8)
        switch form {
        case pathName:
            return !bytes.isEmpty && text != "." && text != ".." && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        case parameter: return bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        case idempotencyKey: return (16...255).contains(bytes.count) && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        case entityTags: return isEntityTags(text)
        default: break
        }
        if form == digest {
            return bytes.count == 64 && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        // The other forms are `^X[A-Z2-7]{55}$`.
        let letter = form.utf8.dropFirst().first
        return bytes.count == 56 && bytes.first == letter
            && bytes.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    }

    private static func isEntityTags(_ text: String) -> Bool {
        if text == "*" { return true }
        // No comma is in a tag, so that each part is one.
        return text.split(separator: ",", omittingEmptySubsequences: false).enumerated().allSatisfy { place, part in
            var tag = part.utf8[...]
            while place > 0, tag.first == 0x20 { tag.removeFirst() }
            while tag.last == 0x20, place < text.utf8.count(where: { $0 == 0x2C }) { tag.removeLast() }
            if tag.starts(with: "W/".utf8) { tag.removeFirst(2) }
            guard tag.count > 1, tag.first == 0x22, tag.last == 0x22 else { return false }
            return tag.dropFirst().dropLast().allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 }
        }
    }
}

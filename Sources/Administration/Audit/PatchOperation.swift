import Claims
import NKeys

/// One step of a JSON patch.
struct PatchOperation: Encodable, Hashable {
    enum Kind: String, Encodable {
        case add, remove, replace
    }

    let op: Kind
    /// A JSON pointer (RFC 6901).
    let path: String
    var value: PatchValue?

    /// The steps that lead from one value to another: the names of objects in their order, the elements of arrays
    /// one by one between what both have at the beginning and at the end.
    static func between(_ old: JSONValue, _ new: JSONValue) -> [PatchOperation] {
        var operations: [PatchOperation] = []
        collect(old, new, at: "", into: &operations)
        return operations
    }

    private static func collect(
        _ old: JSONValue, _ new: JSONValue, at path: String, into operations: inout [PatchOperation]
    ) {
        guard !isSame(old, new) else { return }
        switch (old, new) {
        case (.object(let old), .object(let new)):
            for name in Set((old.keys + new.keys).map(ExactText.init)).sorted().map(\.text) {
                let step = path + "/" + escaped(name)
                switch (old[name], new[name]) {
                case (let old?, let new?): collect(old, new, at: step, into: &operations)
                case (nil, let new?): operations.append(PatchOperation(op: .add, path: step, value: PatchValue(new)))
                default: operations.append(PatchOperation(op: .remove, path: step))
                }
            }
        case (.array(let old), .array(let new)):
            collect(old, new, at: path, into: &operations)
        default:
            operations.append(PatchOperation(op: .replace, path: path, value: PatchValue(new)))
        }
    }

    private static func collect(
        _ old: [JSONValue], _ new: [JSONValue], at path: String, into operations: inout [PatchOperation]
    ) {
        let shorter = min(old.count, new.count)
        let start = (0..<shorter).first { !isSame(old[$0], new[$0]) } ?? shorter
        let kept = (0..<(shorter - start)).first { !isSame(old[old.count - 1 - $0], new[new.count - 1 - $0]) }
        let end = kept ?? (shorter - start)
        let (oldEnd, newEnd) = (old.count - end, new.count - end)
        let both = min(oldEnd, newEnd)
        for index in start..<both { collect(old[index], new[index], at: "\(path)/\(index)", into: &operations) }
        // From the end, so that the places of the others stay as they were.
        for index in (both..<oldEnd).reversed() {
            operations.append(PatchOperation(op: .remove, path: "\(path)/\(index)"))
        }
        for index in both..<newEnd {
            operations.append(PatchOperation(op: .add, path: "\(path)/\(index)", value: PatchValue(new[index])))
        }
    }

    /// Whether two values are the same, with their texts byte by byte.
    private static func isSame(_ old: JSONValue, _ new: JSONValue) -> Bool {
        switch (old, new) {
        case (.string(let old), .string(let new)): old.isExactly(new)
        case (.array(let old), .array(let new)): old.count == new.count && zip(old, new).allSatisfy(isSame)
        case (.object(let old), .object(let new)):
            old.count == new.count
                && zip(old, new).allSatisfy { $0.key.isExactly($1.key) && isSame($0.value, $1.value) }
        default: old == new
        }
    }

    private static func escaped(_ name: String) -> String {
        guard name.contains(where: { $0 == "~" || $0 == "/" }) else { return name }
        return name.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }
}

/// A value in a patch, without what could be used as a credential.
struct PatchValue: Encodable, Hashable {
    private let value: JSONValue

    init(_ value: JSONValue) {
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        switch value {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let flag): try flag.encode(to: encoder)
        case .number(let number):
            // Integers only, as everywhere in records. The largest one is the only one above 2^53 in claims.
            if number == number.rounded() {
                try (Int64(exactly: number) ?? (number > 0 ? .max : .min)).encode(to: encoder)
            } else {
                try String(number).encode(to: encoder)
            }
        case .string(let text): try Self.harmless(text).encode(to: encoder)
        case .array(let elements): try elements.map(PatchValue.init).encode(to: encoder)
        case .object(let members):
            // Names that differ only in Unicode form are one to the encoder; claims that have such are told apart by
            // their tokens' versions.
            let pairs = members.map { ($0.key, PatchValue($0.value)) }
            try Dictionary(pairs) { _, last in last }.encode(to: encoder)
        }
    }

    /// A token counts for whoever has it, and a seed must not be in claims at all.
    private static func harmless(_ text: String) -> String {
        let isToken = text.hasPrefix("ey") && text.split(separator: ".").count == 3
        let isSeed = text.utf8.count == KeyPair.seedTextCount && text.hasPrefix("S")
        return isToken || isSeed ? "sha256:\(TokenVersion(of: text).hex)" : text
    }
}

import Claims

/// One step of a JSON patch.
struct PatchOperation: Hashable {
    enum Kind: String {
        case add, remove, replace
    }

    let op: Kind
    /// A JSON pointer (RFC 6901).
    let path: String
    /// The new value as it is in the claims: what could be used as a credential is left out when it is written.
    var value: JSONValue?

    /// The steps that lead from one value to another: the names of objects in their order, the elements of arrays
    /// one by one between what both have at the beginning and at the end.
    static func between(_ old: JSONValue, _ new: JSONValue) -> [PatchOperation] {
        // All of what is new comes, in its order: there is nothing to compare it with.
        if case .object(let none) = old, none.isEmpty, case .object(let new) = new {
            return new.map { PatchOperation(op: .add, path: "/" + escaped($0.key), value: $0.value) }
        }
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
                case (nil, let new?): operations.append(PatchOperation(op: .add, path: step, value: new))
                default: operations.append(PatchOperation(op: .remove, path: step))
                }
            }
        case (.array(let old), .array(let new)):
            collect(old, new, at: path, into: &operations)
        default:
            operations.append(PatchOperation(op: .replace, path: path, value: new))
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
            operations.append(PatchOperation(op: .add, path: "\(path)/\(index)", value: new[index]))
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
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        return name.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }
}

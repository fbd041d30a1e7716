/// A value that is read from a JSON object, member by member.
protocol JSONObjectReadable {
    /// What all members absent means.
    init()

    /// Reads the value of the member `name` (in lower case), or skips it if the name is unknown.
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError)
}

/// An element of a list that may hold `null` elements, which are kept as such.
protocol JSONNullReadable: JSONObjectReadable {
    var isNull: Bool { get set }
}

extension JSONReader {
    /// Reads a whole text that is one object (or `null`).
    static func read<Value: JSONObjectReadable>(
        _ text: UnsafeRawBufferPointer, as type: Value.Type, root: String = ""
    ) throws(ClaimsError) -> Value {
        var value = Value()
        var reader = JSONReader(text, root: root)
        try reader.read(&value)
        try reader.expectEnd()
        return value
    }

    package mutating func read(_ value: inout String) throws(ClaimsError) {
        if try readNull() { return }
        value = try string()
    }

    package mutating func read(_ value: inout Bool) throws(ClaimsError) {
        if try readNull() { return }
        value = try bool()
    }

    package mutating func read<Integer: FixedWidthInteger>(_ value: inout Integer) throws(ClaimsError) {
        if try readNull() { return }
        value = try integer()
    }

    /// Reads an array of strings; a `null` among them leaves what stood there.
    package mutating func read(_ value: inout [String]) throws(ClaimsError) {
        try read(&value, new: "") { (text, reader) throws(ClaimsError) in try reader.read(&text) }
    }

    /// Reads an array into what is there already, as the reference's library does: each element into the one at its
    /// place, after which the list has as many elements as the array.
    ///
    /// Only where a member comes again is anything there. Its list may have been cut before: the elements beyond stay in
    /// the list's memory there, and come back in a longer one.
    mutating func read<Element: Sendable>(
        _ list: inout [Element], new: Element, each: (inout Element, inout JSONReader) throws(ClaimsError) -> Void
    ) throws(ClaimsError) {
        let place = list.isEmpty ? nil : self.place
        var end = place.flatMap { cutEnds.removeValue(forKey: $0) as? [Element] } ?? []
        guard try beginArray() else {
            list = []
            return
        }
        var count = 0
        while try nextElement() {
            if count == list.count { list.append(end.popLast() ?? new) }
            try each(&list[count], &self)
            count += 1
        }
        end.append(contentsOf: list[count...].reversed())
        list.removeSubrange(count...)
        // An array without elements is a new one there.
        if let place, count > 0, !end.isEmpty { cutEnds[place] = end }
    }

    /// Reads an array of strings and notes an array without any element.
    mutating func read(_ value: inout [String], notingEmpty hasEmptyArray: inout Bool) throws(ClaimsError) {
        let isArray = nextByte() == 0x5B
        try read(&value)
        if isArray, value.isEmpty { hasEmptyArray = true }
    }

    mutating func read<Value: JSONObjectReadable>(_ value: inout Value) throws(ClaimsError) {
        guard !isTree else {
            guard let members = try sortedMembers() else { return }
            return try read(members, into: &value)
        }
        guard try beginObject() else { return }
        while let name = try nextMember() { try value.readMember(name, from: &self) }
    }

    /// Reads the members of the object just passed over, in the order given.
    mutating func read<Value: JSONObjectReadable>(
        _ members: [Member], into value: inout Value
    ) throws(ClaimsError) {
        for member in members {
            try read(member) { (name, reader) throws(ClaimsError) in try value.readMember(name, from: &reader) }
        }
    }

    /// Reads an object, or nothing for `null`.
    mutating func read<Value: JSONObjectReadable>(_ value: inout Value?) throws(ClaimsError) {
        if try readNull() {
            value = nil
            return
        }
        var read = value ?? Value()
        try self.read(&read)
        value = read
    }

    /// Reads an array of objects; a `null` among them leaves what stood there.
    mutating func read<Value: JSONObjectReadable & Sendable>(_ value: inout [Value]) throws(ClaimsError) {
        try read(&value, new: Value()) { (element, reader) throws(ClaimsError) in try reader.read(&element) }
    }

    /// Reads an array of objects, the `null` ones among them included.
    mutating func read<Value: JSONNullReadable & Sendable>(_ value: inout [Value]) throws(ClaimsError) {
        try read(&value, new: Value()) { (element, reader) throws(ClaimsError) in
            let isNull = try reader.readNull()
            if isNull || element.isNull { element = Value() }
            element.isNull = isNull
            if !isNull { try reader.read(&element) }
        }
    }

    /// Reads an object whose names are data, into what is there already.
    mutating func read<Value: JSONObjectReadable>(_ value: inout TextDictionary<Value>) throws(ClaimsError) {
        guard try beginObject() else {
            value = [:]
            return
        }
        while let name = try nextExactMember() {
            var element = Value()
            try read(&element)
            value[name] = element
        }
    }

    /// Passes over a value of any type, checking its syntax.
    package mutating func skip() throws(ClaimsError) {
        switch nextByte() {
        case 0x7B:
            _ = try beginObject()
            while try skipMemberName() { try skip() }
        case 0x5B:
            _ = try beginArray()
            while try nextElement() { try skip() }
        case 0x22: try skipString()
        case 0x74, 0x66: _ = try bool()
        case 0x6E: _ = try readNull()
        default: try skipNumber()
        }
    }

    /// Any value as a tree.
    mutating func value() throws(ClaimsError) -> JSONValue {
        switch nextByte() {
        case 0x7B:
            var members: TextDictionary<JSONValue> = [:]
            _ = try beginObject()
            while let name = try nextExactMember() { members[name] = try value() }
            return .object(members)
        case 0x5B:
            var elements: [JSONValue] = []
            _ = try beginArray()
            while try nextElement() { elements.append(try value()) }
            return .array(elements)
        case 0x22: return .string(try string())
        case 0x74, 0x66: return .bool(try bool())
        case 0x6E:
            _ = try readNull()
            return .null
        default: return .number(try double())
        }
    }
}

extension UserScope: JSONObjectReadable {
    /// The only kind of scope there is.
    private static let kind = "user_scope"

    init() { self.init(key: "") }

    /// Reads a scope, which must say its kind.
    ///
    /// The reference makes a tree of it and writes that as text again before it reads the scope; see
    /// ``JSONReader/readTree(_:)``. So `kind` is needed by its exact name first, and then in whatever case it comes.
    static func read(from reader: inout JSONReader) throws(ClaimsError) -> UserScope {
        var scope = UserScope()
        let place = reader.offset
        // A scope is new whatever was read before it.
        let cutEnds = reader.cutEnds
        reader.cutEnds = [:]
        defer { reader.cutEnds = cutEnds }
        try reader.readTree { (reader) throws(ClaimsError) in
            guard let members = try reader.sortedMembers() else { return }
            guard let kind = members.first(where: { $0.name == "kind" }) else {
                throw reader.error("unknown signing key scope: its kind is \"\(Self.kind)\"", at: place)
            }
            try reader.read(kind) { (_, reader) throws(ClaimsError) in try Self.checkKind(from: &reader) }
            try reader.read(members, into: &scope)
        }
        return scope
    }

    private static func checkKind(from reader: inout JSONReader) throws(ClaimsError) {
        let place = reader.offset
        let kind = reader.nextByte() == 0x22 ? try reader.string() : nil
        guard kind == Self.kind else {
            let found = kind.map { " " + quoted($0) } ?? ""
            throw reader.error("unknown signing key scope\(found): its kind is \"\(Self.kind)\"", at: place)
        }
    }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "kind": try Self.checkKind(from: &reader)
        case "key": try reader.read(&key)
        case "role": try reader.read(&role)
        case "template": try reader.read(&template)
        case "description": try reader.read(&description)
        default: try reader.skip()
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("kind")
        writer.write(Self.kind)
        writer.name("key")
        writer.write(key)
        writer.name("role")
        writer.write(role)
        writer.name("template")
        writer.beginObject()
        template.writeMembers(to: &writer)
        writer.endObject()
        writer.name("description")
        writer.write(description)
        writer.endObject()
    }
}

extension JSONWriter {
    mutating func write(_ key: SigningKey) {
        switch key {
        case .key(let key): write(key)
        case .scope(let scope): scope.write(to: &self)
        }
    }
}

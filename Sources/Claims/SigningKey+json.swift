extension UserScope: JSONObjectReadable {
    /// The only kind of scope there is.
    private static let kind = "user_scope"

    init() { self.init(key: "") }

    /// Reads a scope, which must say its kind.
    static func read(from reader: inout JSONReader) throws(ClaimsError) -> UserScope {
        var scope = UserScope()
        var kind = ""
        var place = reader.offset
        guard try reader.beginObject() else { return scope }
        while let name = try reader.nextMember() {
            if name == "kind" {
                try reader.read(&kind)
                place = reader.offset
            } else {
                try scope.readMember(name, from: &reader)
            }
        }
        guard kind == Self.kind else {
            throw reader.error("unknown signing key scope \(quoted(kind)): its kind is \"\(Self.kind)\"", at: place)
        }
        return scope
    }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
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

extension Permissions: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "pub": try reader.read(&publish)
        case "sub": try reader.read(&subscribe)
        case "resp": try reader.read(&response)
        default: try reader.skip()
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.name("pub")
        writer.write(publish)
        writer.name("sub")
        writer.write(subscribe)
        if let response {
            writer.name("resp")
            writer.beginObject()
            writer.name("max")
            writer.write(response.maxMessages)
            writer.name("ttl")
            writer.write(response.expires)
            writer.endObject()
        }
    }
}

extension Permission: JSONObjectReadable {
    init() { self.init(allow: [], deny: []) }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "allow": try reader.read(&allow, notingEmpty: &hasEmptyArray)
        case "deny": try reader.read(&deny, notingEmpty: &hasEmptyArray)
        default: try reader.skip()
        }
    }
}

extension ResponsePermission: JSONObjectReadable {
    init() { self.init(maxMessages: 0, expires: 0) }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "max": try reader.read(&maxMessages)
        case "ttl": try reader.read(&expires)
        default: try reader.skip()
        }
    }
}

extension JSONWriter {
    mutating func write(_ permissions: Permissions) {
        beginObject()
        permissions.writeMembers(to: &self)
        endObject()
    }

    mutating func write(_ permission: Permission) {
        beginObject()
        member("allow", permission.allow)
        member("deny", permission.deny)
        endObject()
    }
}

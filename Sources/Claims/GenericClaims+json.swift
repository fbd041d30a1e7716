extension GenericClaims {
    /// Reads a payload of any type.
    static func read(payload text: UnsafeRawBufferPointer) throws(ClaimsError) -> GenericClaims {
        var claims = GenericClaims(subject: "")
        claims.formatVersion = 0
        var reader = JSONReader(text)
        if try reader.beginObject() {
            while let name = try reader.nextMember() {
                if try claims.common.readMember(name, from: &reader) { continue }
                if name == "nats" { try claims.readData(from: &reader) } else { try reader.skip() }
            }
        }
        try reader.expectEnd()
        if let version = claims.data["version"]?.integer { claims.formatVersion = Int(clamping: version) }
        return claims
    }

    /// Reads the content into what is there already.
    private mutating func readData(from reader: inout JSONReader) throws(ClaimsError) {
        guard try reader.beginObject() else {
            data = [:]
            return
        }
        while let name = try reader.nextExactMember() { data[name] = try reader.value() }
    }

    /// Reads what the older format had beside `nats` into the content.
    mutating func takeOverVersion1(payload text: UnsafeRawBufferPointer) throws(ClaimsError) {
        var type = ""
        var tags: [String] = []
        var reader = JSONReader(text)
        guard try reader.beginObject() else { return }
        while let name = try reader.nextMember() {
            switch name {
            case "type": try reader.read(&type)
            case "tags": try reader.read(&tags)
            default: try reader.skip()
            }
        }
        formatVersion = 1
        if !type.isEmpty { self.type = type }
        if !tags.isEmpty { self.tags = tags }
    }

    /// The payload; an empty content is left out.
    func payload() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        common.writeMembers(to: &writer)
        if !data.isEmpty {
            writer.name("nats")
            writer.write(data)
        }
        writer.endObject()
        return writer.bytes
    }
}

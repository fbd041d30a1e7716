extension RevocationList {
    /// Reads an object of times into what is there already.
    mutating func read(from reader: inout JSONReader) throws(ClaimsError) {
        guard try reader.beginObject() else {
            entries = [:]
            return
        }
        while let key = try reader.nextExactMember() {
            var time: Int64 = 0
            try reader.read(&time)
            entries[key] = time
        }
    }

    /// Writes the member with its keys sorted, or nothing when there are none.
    func writeMember(_ name: StaticString, to writer: inout JSONWriter) {
        guard !entries.isEmpty else { return }
        writer.name(name)
        writer.beginObject()
        for (key, time) in entries {
            writer.dataName(key)
            writer.write(time)
        }
        writer.endObject()
    }
}

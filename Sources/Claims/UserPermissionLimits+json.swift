extension UserPermissionLimits: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "proxy_required": try reader.read(&proxyRequired)
        case "allowed_connection_types": try reader.read(&allowedConnectionTypes, notingEmpty: &hasEmptyArray)
        default: try readVersion1Member(name, from: &reader)
        }
    }

    /// Reads what a user of the older format could have.
    mutating func readVersion1Member(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "src": try readSources(from: &reader)
        case "times":
            let isArray = reader.nextByte() == 0x5B
            try reader.read(&times)
            if isArray, times.isEmpty { hasEmptyArray = true }
        case "times_location": try reader.read(&timeZone)
        case "subs": try reader.read(&subscriptions)
        case "data": try reader.read(&data)
        case "payload": try reader.read(&payload)
        case "bearer_token": try reader.read(&bearerToken)
        default: try permissions.readMember(name, from: &reader)
        }
    }

    /// An array as it is, or a text with commas. Either takes the place of what was there.
    private mutating func readSources(from reader: inout JSONReader) throws(ClaimsError) {
        if reader.nextByte() == 0x22 {
            sources = NetworkList.parse(try reader.string())
            if sources.isEmpty { hasEmptyArray = true }
        } else {
            sources = []
            try reader.read(&sources, notingEmpty: &hasEmptyArray)
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        permissions.writeMembers(to: &writer)
        writer.member("src", sources)
        writer.member("times", times) { range, writer in
            writer.beginObject()
            writer.member("start", range.start)
            writer.member("end", range.end)
            writer.endObject()
        }
        writer.member("times_location", timeZone)
        writer.member("subs", subscriptions)
        writer.member("data", data)
        writer.member("payload", payload)
        writer.member("bearer_token", bearerToken)
        writer.member("proxy_required", proxyRequired)
        writer.member("allowed_connection_types", allowedConnectionTypes)
    }
}

extension TimeRange: JSONObjectReadable {
    init() { self.init(start: "", end: "") }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "start": try reader.read(&start)
        case "end": try reader.read(&end)
        default: try reader.skip()
        }
    }
}

/// Lists of networks in their old form, one text with commas.
public enum NetworkList {
    /// The networks in `text`: trimmed, in lower case, without empty ones and repetitions.
    public static func parse(_ text: String) -> [String] {
        var known: Set<ExactText> = []
        return text.lowercased().utf8.split(separator: 0x2C).compactMap { part in
            let network = String(Substring(part).trimmingWhiteSpace())
            return !network.isEmpty && known.insert(ExactText(network)).inserted ? network : nil
        }
    }
}

extension StringProtocol {
    /// Without white space at either end.
    func trimmingWhiteSpace() -> SubSequence {
        // By scalars: a mark may follow a blank and make one character with it.
        var scalars = unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return self[scalars.startIndex..<scalars.endIndex]
    }
}

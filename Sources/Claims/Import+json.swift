extension ExportType {
    /// Reads the word. Unlike elsewhere `null` is refused, as an empty word is.
    mutating func read(from reader: inout JSONReader) throws(ClaimsError) {
        switch try reader.readNull() ? "" : try reader.string() {
        case "stream": self = .stream
        case "service": self = .service
        case let word: throw reader.error("unknown export type \(quoted(word)): it is \"stream\" or \"service\"")
        }
    }
}

extension JSONWriter {
    /// A member that is left out when unknown.
    mutating func member(_ name: StaticString, _ type: ExportType) {
        if type != .unknown { member(name, type.name) }
    }
}

extension Import: JSONNullReadable {
    init() { self.init(name: "") }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "name": try reader.read(&self.name)
        case "subject": try reader.read(&subject)
        case "account": try reader.read(&account)
        case "token": try reader.read(&token)
        case "to": try reader.read(&to)
        case "local_subject": try reader.read(&localSubject)
        case "type": try type.read(from: &reader)
        case "share": try reader.read(&share)
        case "allow_trace": try reader.read(&allowTrace)
        default: try reader.skip()
        }
    }
}

extension JSONWriter {
    mutating func write(_ value: Import) {
        guard !value.isNull else { return writeNull() }
        beginObject()
        member("name", value.name)
        member("subject", value.subject)
        member("account", value.account)
        member("token", value.token)
        member("to", value.to)
        member("local_subject", value.localSubject)
        member("type", value.type)
        member("share", value.share)
        member("allow_trace", value.allowTrace)
        endObject()
    }
}

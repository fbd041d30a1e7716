extension Export: JSONNullReadable {
    init() { self.init(name: "") }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "name": try reader.read(&self.name)
        case "subject": try reader.read(&subject)
        case "type": try type.read(from: &reader)
        case "token_req": try reader.read(&tokenRequired)
        case "revocations": try revocations.read(from: &reader)
        case "response_type": try reader.read(&responseType.rawValue)
        case "response_threshold": try reader.read(&responseThreshold)
        case "service_latency": try reader.read(&latency)
        case "account_token_position": try reader.read(&accountTokenPosition)
        case "advertise": try reader.read(&advertise)
        case "allow_trace": try reader.read(&allowTrace)
        case "description": try reader.read(&description)
        case "info_url": try reader.read(&infoURL)
        default: try reader.skip()
        }
    }
}

extension ServiceLatency: JSONObjectReadable {
    init() { self.init(sampling: 0, results: "") }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "sampling":
            if reader.nextByte() == 0x22 {
                let word = try reader.string()
                guard word.lowercased() == "headers" else {
                    throw reader.error("sampling is a number or \"headers\"")
                }
                sampling = 0
            } else {
                // `null` is 0 here, even where a number was.
                sampling = 0
                try reader.read(&sampling)
            }
        case "results": try reader.read(&results)
        default: try reader.skip()
        }
    }
}

extension JSONWriter {
    mutating func write(_ value: Export) {
        guard !value.isNull else { return writeNull() }
        beginObject()
        member("name", value.name)
        member("subject", value.subject)
        member("type", value.type)
        member("token_req", value.tokenRequired)
        value.revocations.writeMember("revocations", to: &self)
        member("response_type", value.responseType.rawValue)
        member("response_threshold", value.responseThreshold)
        if let latency = value.latency {
            name("service_latency")
            write(latency)
        }
        member("account_token_position", value.accountTokenPosition)
        member("advertise", value.advertise)
        member("allow_trace", value.allowTrace)
        member("description", value.description)
        member("info_url", value.infoURL)
        endObject()
    }

    private mutating func write(_ latency: ServiceLatency) {
        beginObject()
        name("sampling")
        if latency.sampling == 0 { write("headers") } else { write(latency.sampling) }
        name("results")
        write(latency.results)
        endObject()
    }
}

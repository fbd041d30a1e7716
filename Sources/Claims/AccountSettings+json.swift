extension WeightedMapping: JSONObjectReadable {
    init() { self.init(subject: "") }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "subject": try reader.read(&subject)
        case "weight": try reader.read(&weight)
        case "cluster": try reader.read(&cluster)
        default: try reader.skip()
        }
    }
}

extension ExternalAuthorization: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "auth_users": try reader.read(&users)
        case "allowed_accounts": try reader.read(&allowedAccounts)
        case "xkey": try reader.read(&xkey)
        default: try reader.skip()
        }
    }
}

extension MessageTrace: JSONObjectReadable {
    init() { self.init(destination: "") }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "dest": try reader.read(&destination)
        case "sampling": try reader.read(&sampling)
        default: try reader.skip()
        }
    }
}

extension JSONWriter {
    mutating func write(_ mapping: WeightedMapping) {
        beginObject()
        name("subject")
        write(mapping.subject)
        member("weight", mapping.weight)
        member("cluster", mapping.cluster)
        endObject()
    }

    mutating func write(_ authorization: ExternalAuthorization) {
        beginObject()
        member("auth_users", authorization.users)
        member("allowed_accounts", authorization.allowedAccounts)
        member("xkey", authorization.xkey)
        endObject()
    }

    mutating func write(_ trace: MessageTrace) {
        beginObject()
        member("dest", trace.destination)
        member("sampling", trace.sampling)
        endObject()
    }
}

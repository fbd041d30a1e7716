extension AuthorizationRequestClaims: PayloadClaims {
    init() { common = CommonClaims() }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "server_id": try reader.read(&server)
        case "user_nkey": try reader.read(&userKey)
        case "client_info": try reader.read(&client)
        case "connect_opts": try reader.read(&connectOptions)
        case "client_tls": try reader.read(&tls)
        case "request_nonce": try reader.read(&requestNonce)
        default: try reader.skip()
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.name("server_id")
        server.write(to: &writer)
        writer.name("user_nkey")
        writer.write(userKey)
        writer.name("client_info")
        client.write(to: &writer)
        writer.name("connect_opts")
        connectOptions.write(to: &writer)
        if let tls {
            writer.name("client_tls")
            tls.write(to: &writer)
        }
        writer.member("request_nonce", requestNonce)
    }
}

extension ServerIdentity: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "name": try reader.read(&self.name)
        case "host": try reader.read(&host)
        case "id": try reader.read(&id)
        case "version": try reader.read(&version)
        case "cluster": try reader.read(&cluster)
        case "tags": try reader.read(&tags)
        case "xkey": try reader.read(&xkey)
        default: try reader.skip()
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("name")
        writer.write(name)
        writer.name("host")
        writer.write(host)
        writer.name("id")
        writer.write(id)
        writer.member("version", version)
        writer.member("cluster", cluster)
        writer.member("tags", tags)
        writer.member("xkey", xkey)
        writer.endObject()
    }
}

extension ClientInformation: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "host": try reader.read(&host)
        case "id": try reader.read(&id)
        case "user": try reader.read(&user)
        case "name": try reader.read(&self.name)
        case "tags": try reader.read(&tags)
        case "name_tag": try reader.read(&nameTag)
        case "kind": try reader.read(&kind)
        case "type": try reader.read(&type)
        case "mqtt_id": try reader.read(&mqttID)
        case "nonce": try reader.read(&nonce)
        default: try reader.skip()
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("host", host)
        writer.member("id", id)
        writer.member("user", user)
        writer.member("name", name)
        writer.member("tags", tags)
        writer.member("name_tag", nameTag)
        writer.member("kind", kind)
        writer.member("type", type)
        writer.member("mqtt_id", mqttID)
        writer.member("nonce", nonce)
        writer.endObject()
    }
}

extension ConnectOptions: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "jwt": try reader.read(&jwt)
        case "nkey": try reader.read(&nkey)
        case "sig": try reader.read(&signature)
        case "auth_token": try reader.read(&authToken)
        case "user": try reader.read(&user)
        case "pass": try reader.read(&password)
        case "name": try reader.read(&self.name)
        case "lang": try reader.read(&language)
        case "version": try reader.read(&version)
        case "protocol": try reader.read(&protocolVersion)
        default: try reader.skip()
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("jwt", jwt)
        writer.member("nkey", nkey)
        writer.member("sig", signature)
        writer.member("auth_token", authToken)
        writer.member("user", user)
        writer.member("pass", password)
        writer.member("name", name)
        writer.member("lang", language)
        writer.member("version", version)
        writer.name("protocol")
        writer.write(protocolVersion)
        writer.endObject()
    }
}

extension ClientTLS: JSONObjectReadable {
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "version": try reader.read(&version)
        case "cipher": try reader.read(&cipher)
        case "certs": try reader.read(&certificates)
        case "verified_chains":
            try reader.read(&verifiedChains, new: []) { (chain, reader) throws(ClaimsError) in
                try reader.read(&chain)
            }
        default: try reader.skip()
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.member("cipher", cipher)
        writer.member("certs", certificates)
        writer.member("verified_chains", verifiedChains) { $1.write($0) }
        writer.endObject()
    }
}

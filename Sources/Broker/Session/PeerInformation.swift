import Claims

/// What servers tell each other in `INFO` and `CONNECT`, which clients may send too. Nothing is made of it; but a value of a
/// kind that no server could send ends the connection.
enum PeerInformation {
    /// Whether a text is JSON's null, or an object whose members have values of the right kinds.
    static func isReadable(_ json: Span<UInt8>) -> Bool {
        json.withUnsafeBytes { bytes in
            do {
                var reader = JSONReader(bytes)
                if try reader.beginObject() {
                    while let name = try reader.nextMember() { try readInformation(name, from: &reader) }
                }
                try reader.expectEnd()
                return true
            } catch {
                return false
            }
        }
    }

    private static func readInformation(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "server_id", "server_name", "version", "git_commit", "go", "host", "ip", "client_ip", "nonce", "cluster",
            "domain", "compression", "route_account", "route_acc_add_reqid", "gateway", "gateway_url", "xkey",
            "gateway_cmd_payload":
            try reader.pass("")
        case "headers", "auth_required", "tls_verify", "tls_available", "jetstream", "cluster_dynamic", "ldm",
            "connect_info", "acc_is_sys", "lnoc", "lnocu", "info_on_connect", "gateway_nrp", "gateway_iom":
            try reader.pass(false)
        case "proto", "port", "api_lvl", "route_pool_size", "route_pool_idx": try reader.pass(Int64(0))
        case "max_payload": try reader.pass(Int32(0))
        case "client_id": try reader.pass(UInt64(0))
        case "gossip_mode", "gateway_cmd": try reader.pass(UInt8(0))
        case "connect_urls", "ws_connect_urls", "gateway_urls", "leafnode_urls": try reader.pass([String]())
        default: try read(name, from: &reader)
        }
    }

    /// Passes over a member that both have, or that nobody knows.
    static func read(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "tls_required": try reader.pass(false)
        case "remote_account": try reader.pass("")
        case "import", "export":
            guard try reader.beginObject() else { return }
            while let name = try reader.nextMember() {
                if name == "allow" || name == "deny" { try reader.pass([String]()) } else { try reader.skip() }
            }
        default: try reader.skip()
        }
    }
}

extension JSONReader {
    /// Reads a text, if one is there; null leaves what was.
    mutating func read(optional text: inout String?) throws(ClaimsError) {
        var read = text ?? ""
        if try readNull() { return }
        try self.read(&read)
        text = read
    }

    fileprivate mutating func pass(_ text: String) throws(ClaimsError) {
        var text = text
        try read(&text)
    }

    fileprivate mutating func pass(_ flag: Bool) throws(ClaimsError) {
        var flag = flag
        try read(&flag)
    }

    fileprivate mutating func pass<Integer: FixedWidthInteger>(_ number: Integer) throws(ClaimsError) {
        var number = number
        try read(&number)
    }

    fileprivate mutating func pass(_ texts: [String]) throws(ClaimsError) {
        var texts = texts
        try read(&texts)
    }
}

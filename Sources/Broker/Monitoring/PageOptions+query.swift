// Options from the query of a URL.

extension PageOptions {
    /// Reads what stands behind the question mark.
    init(query: String, for page: Page) throws(PageRefusal) {
        let query = QueryText(query)
        switch page {
        case .connections: try readConnections(query)
        case .subscriptions:
            if try query.flag("subs") { listing = .details }
            try readRange(query)
            account = query["acc"]
            testSubject = query["test"]
        case .accounts: account = query["acc"]
        case .accountStatistics: includesUnused = try query.flag("unused")
        case .health:
            for name in ["js-enabled", "js-enabled-only", "js-server-only"] { _ = try query.flag(name) }
            if try query.flag("details") { listing = .details }
        case .server, .routes, .gateways, .leafNodes, .jetStream, .raft, .queues, .account, .accountConnections:
            break
        }
        try check()
    }

    private mutating func readConnections(_ query: QueryText) throws(PageRefusal) {
        if !query["sort"].isEmpty {
            guard let order = ConnectionOrder(rawValue: query["sort"]) else {
                throw PageRefusal("invalid sorting option: \(query["sort"])")
            }
            self.order = order
        }
        showsUsers = try query.flag("auth")
        if query["subs"].lowercased() == "detail" {
            listing = .details
        } else if try query.flag("subs") {
            listing = .subjects
        }
        try readRange(query)
        let number = query["cid"]
        if !number.isEmpty {
            guard let connection = UInt64(number) else {
                throw PageRefusal(
                    "Error decoding uint64 for 'cid': strconv.ParseUint: parsing \"\(number)\": invalid syntax",
                    isMalformed: true)
            }
            self.connection = connection
        }
        switch query["state"].lowercased() {
        case "", "open": state = .open
        case "closed": state = .closed
        case "any", "all": state = .any
        default: throw PageRefusal("Error decoding state for \(query["state"])", isMalformed: true)
        }
        user = query["user"]
        account = query["acc"]
        filterSubject = query["filter_subject"]
        mqttClient = query["mqtt_client"]
    }

    private mutating func readRange(_ query: QueryText) throws(PageRefusal) {
        setOffset(try query.number("offset"))
        setLimit(try query.number("limit"))
    }
}

/// The names and values of a query.
private struct QueryText {
    private var values: [String: String] = [:]

    /// The first value of a name counts. A pair that is not encoded as it should be counts for nothing.
    init(_ text: String) {
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) where !pair.contains(UInt8(ascii: ";")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decoded(parts[0], plusIsSpace: true),
                let value = parts.count > 1 ? PercentEncoding.decoded(parts[1], plusIsSpace: true) : "",
                values[name] == nil
            else { continue }
            values[name] = value
        }
    }

    subscript(name: String) -> String { values[name] ?? "" }

    /// False for one that is left out.
    func flag(_ name: String) throws(PageRefusal) -> Bool {
        switch self[name] {
        case "": return false
        case "1", "t", "T", "TRUE", "true", "True": return true
        case "0", "f", "F", "FALSE", "false", "False": return false
        default:
            throw PageRefusal(
                "Error decoding boolean for '\(name)': strconv.ParseBool: parsing \"\(self[name])\": invalid syntax",
                isMalformed: true)
        }
    }

    /// 0 for one that is left out.
    func number(_ name: String) throws(PageRefusal) -> Int {
        let text = self[name]
        if text.isEmpty { return 0 }
        if let number = Int(text) { return number }
        let digits =
            text.utf8.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } == true
            ? text.utf8.dropFirst() : text.utf8[...]
        let isNumber = !digits.isEmpty && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        throw PageRefusal(
            "Error decoding int for '\(name)': strconv.Atoi: parsing \"\(text)\": "
                + (isNumber ? "value out of range" : "invalid syntax"), isMalformed: true)
    }
}

import Claims

// Options from the body of a request.

extension PageOptions {
    /// - Parameter json: the members of a request's body.
    init(json: PageRequestBody, for page: Page) throws(PageRefusal) {
        switch page {
        case .connections: try readConnections(json)
        case .subscriptions:
            if try json.flag("subscriptions") { listing = .details }
            try readRange(json)
            account = try json.text("account")
            testSubject = try json.text("test")
        case .accounts: account = try json.text("account")
        case .accountStatistics:
            accounts = try json.texts("accounts")
            includesUnused = try json.flag("include_unused")
        case .health:
            for name in ["js-enabled", "js-enabled-only", "js-server-only"] { _ = try json.flag(name) }
            if try json.flag("details") { listing = .details }
        case .server, .routes, .gateways, .leafNodes, .jetStream, .raft, .queues, .account, .accountConnections:
            break
        }
        try check()
    }

    private mutating func readConnections(_ json: PageRequestBody) throws(PageRefusal) {
        let sort = try json.text("sort")
        if !sort.isEmpty {
            guard let order = ConnectionOrder(rawValue: sort) else {
                throw PageRefusal("invalid sorting option: \(sort)")
            }
            self.order = order
        }
        showsUsers = try json.flag("auth")
        if try json.flag("subscriptions_detail") {
            listing = .details
        } else if try json.flag("subscriptions") {
            listing = .subjects
        }
        try readRange(json)
        connection = UInt64(clamping: try json.number("cid"))
        let number = try json.number("state")
        guard let state = State(rawValue: Int(clamping: number)) else {
            throw PageRefusal("invalid connection state: \(number)")
        }
        self.state = state
        user = try json.text("user")
        account = try json.text("acc")
        filterSubject = try json.text("filter_subject")
        mqttClient = try json.text("mqtt_client")
    }

    private mutating func readRange(_ json: PageRequestBody) throws(PageRefusal) {
        setOffset(Int(clamping: try json.number("offset")))
        setLimit(Int(clamping: try json.number("limit")))
    }
}

/// The body of a request for a page, or of an order: a JSON object, `null` or nothing. Names match without regard to case.
struct PageRequestBody {
    private let members: [String: JSONValue]

    init(_ bytes: [UInt8]) throws(PageRefusal) {
        var members: [String: JSONValue] = [:]
        if !bytes.isEmpty {
            guard let value = JSONValue(parsing: bytes), let read = value == .null ? [:] : value.members else {
                throw PageRefusal("the options are no JSON object", isMalformed: true)
            }
            for (name, value) in read { members[name.lowercased()] = value }
        }
        self.members = members
    }

    func text(_ name: String) throws(PageRefusal) -> String {
        try member(name, "a text") { $0.text } ?? ""
    }

    func flag(_ name: String) throws(PageRefusal) -> Bool {
        try member(name, "true or false") { $0.flag } ?? false
    }

    func number(_ name: String) throws(PageRefusal) -> Int64 {
        // Up to the largest number of 64 bits, which is as good as the largest here.
        try member(name, "a whole number") { value in
            guard case .number(let number) = value, number == number.rounded() else { return nil }
            return Int64(exactly: number) ?? (0...0x1p64 ~= number ? .max : nil)
        } ?? 0
    }

    func texts(_ name: String) throws(PageRefusal) -> [String] {
        try member(name, "a list of texts") { value in
            guard let elements = value.elements else { return nil }
            let texts = elements.compactMap(\.text)
            return texts.count == elements.count ? texts : nil
        } ?? []
    }

    /// Nil for one that is left out or null.
    private func member<Value>(
        _ name: String, _ kind: String, _ read: (JSONValue) -> Value?
    ) throws(PageRefusal) -> Value? {
        guard let value = members[name], value != .null else { return nil }
        guard let result = read(value) else {
            throw PageRefusal("\"\(name)\" has to be \(kind)", isMalformed: true)
        }
        return result
    }
}

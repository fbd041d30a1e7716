public import Claims
import NKeys

extension AccessGrant {
    /// The grant as JSON: what is nil is left out.
    public var json: JSONValue {
        var members: TextDictionary<JSONValue> = ["role": .string(role.rawValue)]
        members["operator"] = self.operator.map { .string($0.text) }
        members["account"] = account.map { .string($0.text) }
        members["signing_role"] = signingRole.map { .string($0) }
        members["ceiling"] = ceiling?.json
        return .object(members)
    }

    /// Reads a grant; nil if it is none. What it says is not checked: see ``fault``.
    public init?(_ json: JSONValue) {
        guard let role = json["role"]?.text.flatMap(AccessRole.init(rawValue:)) else { return nil }
        self.init(role)
        if let text = json["operator"]?.text {
            guard let key = EntityReference(text).publicKey else { return nil }
            self.operator = key
        }
        if let text = json["account"]?.text {
            guard let key = EntityReference(text).publicKey else { return nil }
            account = key
        }
        signingRole = json["signing_role"]?.text
        ceiling = json["ceiling"].flatMap { $0.members == nil ? nil : AccessCeiling($0) }
    }
}

extension AccessCeiling {
    /// The ceiling as JSON: what is nil is left out.
    var json: JSONValue {
        var members: TextDictionary<JSONValue> = [:]
        func texts(_ list: [String]) -> JSONValue { .array(list.map { .string($0) }) }
        members["lifetime"] = lifetime.map { .number(Double($0)) }
        members["subscriptions"] = subscriptions.map { .number(Double($0)) }
        members["payload"] = payload.map { .number(Double($0)) }
        members["publish"] = publish.map(texts)
        members["subscribe"] = subscribe.map(texts)
        return .object(members)
    }

    /// Reads a ceiling.
    init(_ json: JSONValue) {
        self.init()
        lifetime = json["lifetime"]?.integer
        subscriptions = json["subscriptions"]?.integer
        payload = json["payload"]?.integer
        publish = json["publish"]?.elements?.compactMap(\.text)
        subscribe = json["subscribe"]?.elements?.compactMap(\.text)
    }
}

import Authorization
import NIOCore
import NKeys

/// Who the server is, and what it tells of itself in INFO lines.
public struct ServerIdentity: Sendable {
    /// The version of the NATS protocol that clients find here, and ours.
    static let version = "2.15.1+chancery.0.1.0"

    /// A server key, made anew at each start.
    public let id: String
    public let name: String
    /// Signs what the server says.
    let pair: KeyPair
    /// Opens what is sealed for the server. Both pairs live as long as the process, their private halves in guarded memory.
    let curve: KeyPair

    /// - Parameter name: nil for the server's public key.
    public init(name: String?) {
        pair = KeyPair.generate(.server)
        curve = KeyPair.generate(.curve)
        id = pair.publicKey.text
        self.name = name ?? id
    }

    /// What an INFO line is for.
    enum Occasion {
        /// The client has just come.
        case greeting
        /// It has signed in, and is told where it is.
        case account(Account)
        /// It should go elsewhere.
        case lameDuck
    }

    /// An INFO line for a client.
    func information(for session: Session, _ occasion: Occasion = .greeting) -> String {
        let rules = session.context.rules
        let settings = rules.settings
        var json = JSONText()
        json.add("server_id", id)
        json.add("server_name", name)
        json.add("version", Self.version)
        json.add("proto", UInt64(1))
        json.add("host", settings.host)
        json.add("port", UInt64(clamping: session.channel.localAddress?.port ?? settings.port))
        json.add("headers", settings.supportsHeaders)
        let isGreeting = if case .greeting = occasion { true } else { false }
        if rules.trust.asksForCredentials(session.facts, isSignedIn: !isGreeting) { json.add("auth_required", true) }
        session.listener.describe(in: &json)
        json.add("max_payload", UInt64(clamping: session.maximumPayload))
        json.add("client_id", session.id)
        if let address = session.remoteAddress { json.add("client_ip", address) }
        json.add("xkey", curve.publicKey.text)
        switch occasion {
        case .greeting:
            if rules.trust.asksForSignatures {
                json.add("nonce", String(decoding: session.facts.nonce, as: UTF8.self))
            }
        case .account(let account):
            json.add("connect_info", true)
            json.add("remote_account", account.identity.text)
            if account === session.shard.systemAccount { json.add("acc_is_sys", true) }
        case .lameDuck:
            json.add("ldm", true)
        }
        return "INFO \(json.text)\r\n"
    }
}

/// A flat JSON object, written member by member in the order given.
struct JSONText {
    private var members: [String] = []

    var text: String { "{" + members.joined(separator: ",") + "}" }

    mutating func add(_ name: String, _ value: String) {
        members.append("\(Self.quoted(name)):\(Self.quoted(value))")
    }

    mutating func add(_ name: String, _ value: UInt64) {
        members.append("\(Self.quoted(name)):\(value)")
    }

    mutating func add(_ name: String, _ value: Int64) {
        members.append("\(Self.quoted(name)):\(value)")
    }

    mutating func add(_ name: String, _ value: Bool) {
        members.append("\(Self.quoted(name)):\(value)")
    }

    mutating func add(_ name: String, _ value: JSONText) {
        members.append("\(Self.quoted(name)):\(value.text)")
    }

    mutating func addNull(_ name: String) {
        members.append("\(Self.quoted(name)):null")
    }

    /// A list of objects.
    mutating func add(_ name: String, _ values: [JSONText]) {
        members.append("\(Self.quoted(name)):[\(values.map(\.text).joined(separator: ","))]")
    }

    /// A list of texts.
    mutating func add(_ name: String, _ values: [String]) {
        members.append("\(Self.quoted(name)):[\(values.map(Self.quoted).joined(separator: ","))]")
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

import Claims
import Subjects

// Streams, consumers, buckets and topics.

extension PolicyReader {
    /// `PLANT: { subjects: [ "plant.>" ], consumers: { billing: { filter: plant.*.bill } } }`
    mutating func streams(_ node: PolicyNode) -> [StreamPolicy] {
        members(of: node, "streams").compactMap { member in
            guard let name = storeName(member.key, "a stream's name") else { return nil }
            var stream = StreamPolicy(name: name, position: member.key.position)
            read(member.value, "a stream", into: &stream, Self.streamKeys)
            return stream
        }
    }

    static let streamKeys: Keys<StreamPolicy> = [
        (
            "subjects",
            { reader, node, stream in
                stream.subjects = reader.elements(of: node, "subjects").compactMap {
                    reader.subject($0, "an entry of subjects", hasTemplates: false)
                }
            }
        ),
        ("consumers", { $2.consumers = $0.consumers($1) }),
    ]

    private mutating func consumers(_ node: PolicyNode) -> [StreamPolicy.Consumer] {
        members(of: node, "consumers").compactMap { member in
            guard let name = storeName(member.key, "a consumer's name") else { return nil }
            var consumer = StreamPolicy.Consumer(name: name, position: member.key.position)
            read(member.value, "a consumer", into: &consumer, Self.consumerKeys)
            return consumer
        }
    }

    static let consumerKeys: Keys<StreamPolicy.Consumer> = [
        (
            "filter",
            { reader, node, consumer in
                // One, or a list of them.
                let nodes = if case .list(let elements) = node.content { elements } else { [node] }
                consumer.filters = nodes.compactMap { reader.subject($0, "filter", hasTemplates: false) }
            }
        )
    ]

    /// The name of a stream, a consumer or a bucket: a token of the subjects that JetStream is asked on.
    mutating func storeName(_ node: PolicyNode, _ what: String) -> String? {
        guard let name = name(node, what) else { return nil }
        guard Self.isStoreName(name) else {
            report(
                .wrongValue, at: node.position, "\"\(name)\" cannot be \(what)",
                remedy: "take up to 255 letters, digits, - and _")
            return nil
        }
        return name
    }

    static func isStoreName(_ name: String) -> Bool {
        PolicyValue.fits(name, .token) && name.utf8.count <= 255 && !name.utf8.contains { "/\\".utf8.contains($0) }
    }

    // MARK: Verbs of roles

    /// `[ PLANT/billing ]`
    mutating func works(_ node: PolicyNode) -> [RolePolicy.Work] {
        elements(of: node, "work").compactMap { element in
            guard let text = text(element, "an entry of work") else { return nil }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy(Self.isStoreName) else {
                report(
                    .wrongValue, at: element.position, "\"\(text)\" is no consumer of a stream",
                    remedy: "write STREAM/CONSUMER")
                return nil
            }
            return RolePolicy.Work(stream: parts[0], consumer: parts[1], position: element.position)
        }
    }

    /// `[ PLANT ]`
    mutating func streamNames(_ node: PolicyNode, _ what: String) -> [Placed<String>] {
        elements(of: node, what).compactMap { element in
            storeName(element, "a stream's name").map { Placed($0, element.position) }
        }
    }

    /// `CONFIG: { get: [ "app.>" ], put: [ "app.{{name()}}.>" ] }`
    mutating func keyValues(_ node: PolicyNode) -> [RolePolicy.KeyValue] {
        members(of: node, "kv").compactMap { member in
            guard let name = storeName(member.key, "a bucket's name") else { return nil }
            var bucket = RolePolicy.KeyValue(bucket: name, position: member.key.position)
            read(member.value, "a bucket", into: &bucket, Self.keyValueKeys)
            return bucket
        }
    }

    static let keyValueKeys: Keys<RolePolicy.KeyValue> = [
        ("get", { $2.get = $0.subjects($1, "get") }),
        ("put", { $2.put = $0.subjects($1, "put") }),
        ("watch", { $2.watch = $0.subjects($1, "watch") }),
        ("manage", { $2.isManaged = $0.truth($1, "manage") ?? false }),
    ]

    /// `FIRMWARE: [ read, put ]`
    mutating func objectStores(_ node: PolicyNode) -> [RolePolicy.ObjectStore] {
        members(of: node, "objects").compactMap { member in
            guard let name = storeName(member.key, "a bucket's name") else { return nil }
            let verbs = elements(of: member.value, "the verbs of \(name)").compactMap {
                word($0, "a verb of \(name)", RolePolicy.ObjectStore.Verb.self)
            }
            return RolePolicy.ObjectStore(bucket: name, verbs: verbs, position: member.key.position)
        }
    }

    /// `{ publish: [ "site/+/t" ], subscribe: [ "cmd/#" ] }`
    mutating func mqtt(_ node: PolicyNode) -> RolePolicy.MQTT {
        var mqtt = RolePolicy.MQTT(position: node.position)
        read(node, "mqtt", into: &mqtt, Self.mqttKeys)
        return mqtt
    }

    static let mqttKeys: Keys<RolePolicy.MQTT> = [
        ("publish", { $2.publish = $0.topics($1, "publish") }),
        ("subscribe", { $2.subscribe = $0.topics($1, "subscribe") }),
    ]

    private mutating func topics(_ node: PolicyNode, _ what: String) -> [RolePolicy.MQTT.Topic] {
        elements(of: node, what).compactMap { element in
            guard let text = text(element, "an entry of \(what)"), let subjects = subjects(of: text, at: element) else {
                return nil
            }
            return RolePolicy.MQTT.Topic(text: text, subjects: subjects, position: element.position)
        }
    }

    /// `+`, `#` and `/` of MQTT as `*`, `>` and `.`; a level that MQTT leaves empty, or a dot, has no plain form there.
    private mutating func subjects(of topic: String, at node: PolicyNode) -> [PolicySubject]? {
        func refuse(_ message: String, _ remedy: String = "") -> [PolicySubject]? {
            report(.wrongSubject, at: node.position, message, remedy: remedy)
            return nil
        }
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        if levels.contains("") {
            return refuse("a topic with an empty level", "write the subject under publish or subscribe")
        }
        // Dots in a template are its own.
        guard !topic.contains(".") else {
            return refuse("a dot in a topic", "levels are divided by /, as in site/1/temp")
        }
        for (index, level) in levels.enumerated() {
            if level.contains("*") || level.contains(">") {
                return refuse("\(level) is no level of a topic", "MQTT's wildcards are + and #")
            }
            if level == "#", index + 1 < levels.count { return refuse("# is not the topic's last level") }
            if level.count > 1, level.contains("+") || level.contains("#") {
                return refuse(
                    "\(level) is a literal level, in which + and # mean nothing", "a wildcard is a level by itself")
            }
        }
        let tokens = levels.map { $0 == "+" ? "*" : $0 == "#" ? ">" : String($0) }
        var texts = [tokens.joined(separator: ".")]
        // A filter of MQTT also fits the level above its #.
        if tokens.last == ">", tokens.count > 1 { texts.insert(tokens.dropLast().joined(separator: "."), at: 0) }
        let subjects = texts.map { PolicySubject($0, node.position) }
        guard subjects.allSatisfy({ check($0, "a topic", hasTemplates: true) }) else { return nil }
        return subjects
    }

    // MARK: Limits

    /// `{ disk: 10GiB, streams: 20 }`, or the same for each tier: `{ R1: { … }, R3: { … } }`.
    mutating func jetStream(_ node: PolicyNode) -> JetStreamLimitsPolicy {
        var limits = JetStreamLimitsPolicy()
        let members = members(of: node, "jetstream")
        let isTiered = members.contains { Self.isTier($0.name) }
        guard isTiered else {
            var all = JetStreamPolicy(position: node.position)
            read(node, "jetstream", into: &all, Self.jetStreamKeys)
            limits.all = all
            return limits
        }
        for member in members {
            guard Self.isTier(member.name) else {
                report(
                    .unknownKey, at: member.key.position, "jetstream has tiers here, and \"\(member.name)\" is none",
                    remedy: "write it into each tier, or take the tiers away")
                continue
            }
            var tier = JetStreamPolicy(position: member.key.position)
            read(member.value, "a tier", into: &tier, Self.jetStreamKeys)
            limits.tiers.append(.init(name: member.name, limits: tier))
        }
        return limits
    }

    /// `R1` to `R99`
    private static func isTier(_ name: String) -> Bool {
        let digits = name.utf8.dropFirst()
        return name.hasPrefix("R") && (1...2).contains(digits.count) && digits.first != 0x30
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    static let jetStreamKeys: Keys<JetStreamPolicy> = [
        ("disk", { $2.disk = $0.limit($1, "disk", isBytes: true) }),
        ("memory", { $2.memory = $0.limit($1, "memory", isBytes: true) }),
        ("streams", { $2.streams = $0.limit($1, "streams") }),
        ("consumers", { $2.consumers = $0.limit($1, "consumers") }),
        ("ack_pending", { $2.ackPending = $0.limit($1, "ack_pending") }),
        ("disk_stream", { $2.diskStream = $0.limit($1, "disk_stream", isBytes: true) }),
        ("memory_stream", { $2.memoryStream = $0.limit($1, "memory_stream", isBytes: true) }),
        ("requires_maximum", { $2.requiresMaximum = $0.truth($1, "requires_maximum") ?? false }),
    ]
}

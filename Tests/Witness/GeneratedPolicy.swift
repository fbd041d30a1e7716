import TestSupport

/// An account's file with one role, drawn at random: queues, templates, denies, inboxes, verbs and several roles put
/// together, over few tokens, so that rules meet often.
struct GeneratedPolicy {
    /// What the holder's name and tag fill templates with: tokens that no rule names.
    static let holder = "h1"
    static let plant = "berlin"

    private var random: SeededGenerator
    private var hasTemplates = false

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The text of the file.
    mutating func text() -> String {
        // Templates beside queues need keys for single values; without them there are more kinds of denies.
        hasTemplates = one(in: 2)
        var roles = ["  r: { \(role().joined(separator: ", ")) }"]
        var held = ["r"]
        if one(in: 4) {
            roles.append("  s: { \(role().joined(separator: ", ")) }")
            held.append("s")
        }
        var user = "role: [ \(held.joined(separator: ", ")) ], tags: { plant: \(Self.plant) }"
        if one(in: 6) { user += ", extra: { publish: { deny: \(list(1...2)) } }" }
        return
            "chancery: v1\naccount: A\nroles:\n\(roles.joined(separator: "\n"))\nusers: { \(Self.holder): { \(user) } }\n"
    }

    // MARK: Parts

    private mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

    private mutating func any(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? choices[0] }

    private mutating func pattern() -> String {
        let tokens = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            if hasTemplates, one(in: 5) { return any(["{{name()}}", "{{tag(plant)}}", "p-{{name()}}"]) }
            return any(["a", "b", "c", "*", "*"])
        }
        return tokens.joined(separator: ".") + (one(in: 4) ? ".>" : "")
    }

    private mutating func list(_ counts: ClosedRange<Int>) -> String {
        let patterns = (0..<Int.random(in: counts, using: &random)).map { _ in
            "\"\(one(in: 15) ? ">" : pattern())\""
        }
        return "[ \(patterns.joined(separator: ", ")) ]"
    }

    private mutating func access(_ most: Int) -> String {
        if one(in: 15) { return "everything" }
        let allow = list(1...most)
        return one(in: 2) ? "{ allow: \(allow), deny: \(list(1...3)) }" : allow
    }

    private mutating func queues() -> String {
        let groups = Set((0..<Int.random(in: 1...3, using: &random)).map { _ in pattern() }).sorted().map { pattern in
            "\"\(pattern)\": [ \(any(["any", "v", "w", "v, w", "v"])) ]"
        }
        return "{ \(groups.joined(separator: ", ")) }"
    }

    private mutating func role() -> [String] {
        var keys = ["tags: { plant: [ \(Self.plant), munich ] }"]
        if !one(in: 4) { keys.append("publish: \(access(4))") }
        if !one(in: 4) { keys.append("subscribe: \(access(4))") }
        if one(in: 2) {
            keys.append("queue: \(queues())")
            if one(in: 2) { keys.append("deny_queue: \(queues())") }
        }
        if one(in: 3) { keys.append("call: \(list(1...2))") }
        if one(in: 3) { keys.append("inbox: \(any(["none", "private", "role", "shared"]))") }
        if one(in: 4) { keys.append("replies: any") }
        if one(in: 4) { keys.append("serve: { a.\(any(["b", "s", "*"])): { \(service()) } }") }
        keys += verbs()
        return keys
    }

    private mutating func service() -> String {
        var words = ["answers: \(any(["1", "2"]))"]
        if one(in: 2) { words.append("queue: \(any(["v", "w"]))") }
        if one(in: 3) { words.append("name: prices") }
        return words.joined(separator: ", ")
    }

    private mutating func verbs() -> [String] {
        var keys: [String] = []
        if one(in: 8) { keys.append("work: [ PLANT/billing ]") }
        if one(in: 12) { keys.append("read: [ PLANT ]") }
        if one(in: 12) { keys.append("manage: [ PLANT ]") }
        if one(in: 8) {
            keys.append("kv: { CONFIG: { get: \(list(1...2)), put: \(list(1...1)), watch: \(list(1...1)) } }")
        }
        if one(in: 12) { keys.append("objects: { FILES: [ \(any(["read", "put", "manage"])) ] }") }
        if one(in: 8) {
            keys.append("mqtt: { publish: [ \"a/+/t\" ], subscribe: [ \"b/#\" ] }")
            keys.append("connections: [ STANDARD, MQTT ]")
        }
        return keys
    }
}

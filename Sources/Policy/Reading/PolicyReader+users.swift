// Users, and what is tested of them.

extension PolicyReader {
    mutating func users(_ node: PolicyNode) -> [UserPolicy] {
        members(of: node, "users").compactMap { member in
            guard let name = name(member.key, "a user's name") else { return nil }
            var user = UserPolicy(name: name, position: member.key.position)
            read(member.value, "a user", into: &user, Self.userKeys)
            if user.roles.isEmpty {
                report(.missingKey, at: member.key.position, "\(name) has no role", remedy: "write role: NAME")
            }
            return user
        }
    }

    static let userKeys: Keys<UserPolicy> = [
        (
            "role",
            { reader, node, user in
                if case .list = node.content {
                    user.roles = reader.names(node, "role")
                } else if let role = reader.name(node, "role") {
                    user.roles = [Placed(role, node.position)]
                }
            }
        ),
        (
            "tags",
            { reader, node, user in
                user.tags = reader.members(of: node, "tags").compactMap { member in
                    guard let name = reader.name(member.key, "a tag's name"),
                        let value = reader.name(member.value, "the value of \(member.name)")
                    else { return nil }
                    return UserPolicy.Tag(name: name, value: Placed(value, member.value.position))
                }
            }
        ),
        ("description", { $2.description = $0.text($1, "description") ?? "" }),
        (
            "extra",
            { reader, node, user in
                var extra = RolePolicy(name: user.name, position: node.position)
                reader.read(node, "extra", into: &extra, extraKeys)
                user.extra = extra
            }
        ),
        ("claims", { $2.claims = $0.claims($1) }),
    ]

    /// What a user may have beyond its roles.
    static let extraNames = [
        "publish", "subscribe", "queue", "deny_queue", "call", "serve", "work", "read", "manage", "kv", "objects",
    ]
    static let extraKeys: Keys<RolePolicy> = roleKeys.filter { extraNames.contains($0.name) }

    // MARK: Tests

    mutating func tests(_ node: PolicyNode) -> [PolicyTest] {
        elements(of: node, "tests").map { element in
            var test = PolicyTest(position: element.position)
            read(element, "a test", into: &test, Self.testKeys)
            if test.subject == nil {
                report(
                    .missingKey, at: element.position, "a test does not say about whom it is",
                    remedy: "write as: USER, or as: { role: ROLE, name: NAME }")
            }
            return test
        }
    }

    static let testKeys: Keys<PolicyTest> = [
        ("as", { $2.subject = $0.testSubject($1) }),
        ("may", { $2.may = $0.sentences($1, "may") }),
        ("may not", { $2.mayNot = $0.sentences($1, "may not") }),
    ]

    private mutating func testSubject(_ node: PolicyNode) -> PolicyTest.Subject? {
        if case .text = node.content { return name(node, "as").map(PolicyTest.Subject.user) }
        var parts = (role: String?.none, name: "someone", tags: [String: String]())
        read(node, "as", into: &parts, Self.testSubjectKeys)
        return parts.role.map { .holder(role: $0, name: parts.name, tags: parts.tags) }
    }

    static let testSubjectKeys: Keys<(role: String?, name: String, tags: [String: String])> = [
        ("role", { $2.role = $0.name($1, "role") }),
        ("name", { $2.name = $0.name($1, "name") ?? "" }),
        (
            "tags",
            { reader, node, parts in
                for member in reader.members(of: node, "tags") {
                    parts.tags[member.name] = reader.name(member.value, "the value of \(member.name)")
                }
            }
        ),
    ]

    private mutating func sentences(_ node: PolicyNode, _ what: String) -> [PolicyTest.Sentence] {
        elements(of: node, what).compactMap { element in
            guard let text = text(element, "an entry of \(what)") else { return nil }
            guard let act = PolicyTest.Act(text) else {
                report(
                    .wrongValue, at: element.position, "\"\(text)\" is no sentence of a test",
                    remedy:
                        "write publish S [reply R], request S, subscribe P [queue Q], receive S [queue Q], reply to S, "
                        + "get BUCKET KEY, put BUCKET KEY, next STREAM/CONSUMER or connect [from IP] [at HH:MM] [as KIND]"
                )
                return nil
            }
            return PolicyTest.Sentence(act: act, text: text, position: element.position)
        }
    }
}

extension PolicyTest.Act {
    /// Reads `publish S`, `publish S reply R`, `subscribe P queue Q` and so on; nil for what is no sentence.
    init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("publish", 2): self = .publish(words[1])
        case ("publish", 4) where words[2] == "reply": self = .publish(words[1], reply: words[3])
        case ("request", 2): self = .request(words[1])
        case ("subscribe", 2): self = .subscribe(words[1], queue: nil)
        case ("subscribe", 4) where words[2] == "queue": self = .subscribe(words[1], queue: words[3])
        case ("receive", 2): self = .receive(words[1], queue: nil)
        case ("receive", 4) where words[2] == "queue": self = .receive(words[1], queue: words[3])
        case ("reply", 3) where words[1] == "to": self = .reply(words[2])
        case ("get", 3): self = .get(bucket: words[1], key: words[2])
        case ("put", 3): self = .put(bucket: words[1], key: words[2])
        case ("next", 2):
            let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts.contains("") else { return nil }
            self = .next(stream: String(parts[0]), consumer: String(parts[1]))
        case ("connect", _):
            guard let connect = Self.connect(words.dropFirst()) else { return nil }
            self = connect
        default: return nil
        }
    }

    /// `from IP`, `at TIME` and `as KIND`, in any order, each at most once.
    private static func connect(_ words: ArraySlice<String>) -> Self? {
        var parts: [String: String] = [:]
        var rest = words
        while let word = rest.popFirst() {
            guard ["from", "at", "as"].contains(word), parts[word] == nil, let value = rest.popFirst() else {
                return nil
            }
            parts[word] = value
        }
        return .connect(from: parts["from"], at: parts["at"], kind: parts["as"])
    }
}

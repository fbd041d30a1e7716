// Users, and what is tested of them.

extension PolicyReader {
    mutating func users(_ node: PolicyNode) -> [UserPolicy] {
        members(of: node, "users").compactMap { member in
            guard let name = name(member.key, "a user's name"),
                checkName(name, at: member.key.position, "a user's name", isMade: true)
            else { return nil }
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
        ("description", { $2.description = $0.prose($1, "description") ?? "" }),
        (
            "extra",
            { reader, node, user in
                var extra = RolePolicy(name: user.name, position: node.position)
                reader.read(node, "extra", into: &extra, extraKeys)
                user.extra = extra
            }
        ),
        ("claims", { $2.claims = $0.roleClaims($1, besides: AccountCompiler.notInClaims) }),
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
                    guard let name = reader.name(member.key, "a tag's name") else { continue }
                    parts.tags[name] = reader.name(member.value, "the value of \(member.name)")
                }
            }
        ),
    ]

    private mutating func sentences(_ node: PolicyNode, _ what: String) -> [PolicyTest.Sentence] {
        elements(of: node, what).compactMap { element in
            guard let text = text(element, "an entry of \(what)") else { return nil }
            do throws(PolicySentence.Fault) {
                let act = try PolicySentence.read(text)
                return PolicyTest.Sentence(act: act, text: text, position: element.position)
            } catch {
                report(.wrongValue, at: element.position, error.message, remedy: error.remedy)
                return nil
            }
        }
    }
}

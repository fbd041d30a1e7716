extension PolicyReader {
    /// Reads an account's file.
    mutating func account(_ root: PolicyNode) -> AccountPolicy {
        var account = AccountPolicy()
        // Values are needed for everything else, wherever they stand.
        if case .mapping(let members) = root.content {
            for member in members where member.name == "values" { declareValues(member.value) }
        }
        read(root, "a policy", into: &account, Self.accountKeys)
        if account.account.value.isEmpty {
            report(
                .missingKey, at: root.position, "the file names no account", remedy: "begin it with account: NAME")
        }
        return account
    }

    static let accountKeys: Keys<AccountPolicy> = [
        ("chancery", { reader, node, _ in reader.version(node) }),
        (
            "account",
            { reader, node, account in
                if let name = reader.name(node, "account") { account.account = Placed(name, node.position) }
            }
        ),
        ("description", { $2.description = $0.prose($1, "description") ?? "" }),
        ("values", { _, _, _ in }),
        (
            "limits",
            { reader, node, account in
                account.limits.position = node.position
                reader.read(node, "limits", into: &account.limits, limitKeys)
            }
        ),
        ("exports", { $2.exports = $0.exports($1) }),
        ("imports", { $2.imports = $0.imports($1) }),
        ("mappings", { $2.mappings = $0.mappings($1) }),
        ("streams", { $2.streams = $0.streams($1) }),
        ("roles", { $2.roles = $0.roles($1) }),
        ("users", { $2.users = $0.users($1) }),
        ("tests", { $2.tests = $0.tests($1) }),
        ("audit", { $2.audit = $0.audit($1) }),
        ("leave", { $2.leave = $0.names($1, "leave") }),
        ("claims", { $2.claims = $0.claims($1, .account, besides: ClaimsCompiler.notInClaims) }),
    ]

    static let valueKeys: Keys<Placed<PolicyValue.Kind>?> = [("type", { $2 = $0.word($1, "type") })]

    static let limitKeys: Keys<AccountLimitsPolicy> = [
        ("connections", { $2.connections = $0.limit($1, "connections") }),
        ("leaf_nodes", { $2.leafNodes = $0.limit($1, "leaf_nodes") }),
        ("subscriptions", { $2.subscriptions = $0.limit($1, "subscriptions") }),
        ("payload", { $2.payload = $0.limit($1, "payload", isBytes: true) }),
        ("imports", { $2.imports = $0.limit($1, "imports") }),
        ("exports", { $2.exports = $0.limit($1, "exports") }),
        ("jetstream", { $2.jetStream = $0.jetStream($1) }),
    ]

    /// `chancery: v1`
    mutating func version(_ node: PolicyNode) {
        guard let version = text(node, "chancery"), version != "v1" else { return }
        report(
            .wrongValue, at: node.position, "this program reads policies of version v1, not \"\(version)\"",
            remedy: "write chancery: v1")
    }

    /// Which values a file asks of its environment. One that the environment does not give is a problem where it is
    /// declared; the others are found by whoever uses them.
    private mutating func declareValues(_ node: PolicyNode) {
        for member in members(of: node, "values") {
            guard let name = name(member.key, "a value's name") else { continue }
            var kind: Placed<PolicyValue.Kind>?
            read(member.value, "a value", into: &kind, Self.valueKeys)
            guard let kind else {
                // A type that there is not has been told of.
                if case .mapping(let keys) = member.value.content, keys.contains(where: { $0.name == "type" }) {
                    continue
                }
                report(
                    .missingKey, at: member.key.position, "the value \(name) has no type",
                    remedy: "write \(name): { type: token }")
                continue
            }
            let place = environment.map { "the environment \($0)" } ?? "the set's environment"
            guard let text = given[name] else {
                report(
                    .unknownValue, at: member.key.position, "\(place) has no value \"\(name)\"",
                    remedy: environment == nil
                        ? "name environments in chancery.yaml, each with a file of values" : "add it to its file")
                // What uses it is not wrong for that.
                values[name] = PolicyValue(kind: kind.value, text: kind.value.example)
                continue
            }
            if !PolicyValue.fits(text, kind.value) {
                report(
                    .wrongValue, at: member.key.position,
                    "in \(place), \(name) is \"\(text)\", which is no \(kind.value.phrase)",
                    remedy: "write such as \(name): \(kind.value.example) there")
            }
            let fits = PolicyValue.fits(text, kind.value)
            values[name] = PolicyValue(kind: kind.value, text: fits ? text : kind.value.example)
        }
    }
}

extension PolicyValue.Kind {
    /// Something that fits.
    var example: String {
        switch self {
        case .token: "x"
        case .count: "1"
        case .bytes: "1B"
        case .duration: "1s"
        case .share: "1%"
        }
    }
}

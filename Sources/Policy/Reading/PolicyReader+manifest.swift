extension PolicyReader {
    /// Reads `chancery.yaml`.
    mutating func manifest(_ root: PolicyNode) -> PolicyManifest {
        var manifest = PolicyManifest()
        read(root, "a set of policies", into: &manifest, Self.manifestKeys)
        checkNumbers(of: &manifest)
        if manifest.accounts.isEmpty {
            report(
                .missingKey, at: root.position, "the set has no accounts",
                remedy: "write accounts: { NAME: FILE }")
        }
        return manifest
    }

    /// Every file is read once for each environment, so that neither may be named without end.
    private mutating func checkNumbers(of manifest: inout PolicyManifest) {
        if manifest.environments.count > Self.maximumEnvironments {
            report(
                .tooLarge, at: manifest.environments[Self.maximumEnvironments].name.position,
                "the set has \(manifest.environments.count) environments; at most \(Self.maximumEnvironments) are read",
                remedy: "divide the set")
            manifest.environments.removeLast(manifest.environments.count - Self.maximumEnvironments)
        }
        var owners: [String: Placed<String>] = [:]
        manifest.accounts.removeAll { account in
            guard let file = account.file else { return false }
            guard let owner = owners[file.value] else {
                owners[file.value] = account.name
                return false
            }
            report(
                .conflict, at: file.position, "\(file.value) is the file of \(owner.value) already",
                remedy: "write a file for each account",
                related: .init(position: owner.position, message: "the other account"))
            return true
        }
    }

    private static let maximumEnvironments = 100

    static let manifestKeys: Keys<PolicyManifest> = [
        ("chancery", { reader, node, _ in reader.version(node) }),
        (
            "operator",
            { reader, node, manifest in
                manifest.operatorName = reader.placedName(node, "operator")
                if let name = manifest.operatorName?.value {
                    _ = reader.checkName(name, at: node.position, "the operator's name")
                }
            }
        ),
        (
            "accounts",
            { reader, node, manifest in
                manifest.accounts = reader.members(of: node, "accounts").compactMap { member in
                    guard let name = reader.name(member.key, "an account's name"),
                        let file = reader.text(member.value, "the file of \(name)")
                    else { return nil }
                    _ = reader.checkName(name, at: member.key.position, "an account's name")
                    return PolicyManifest.Account(
                        name: Placed(name, member.key.position),
                        file: file == elsewhere ? nil : Placed(file, member.value.position))
                }
            }
        ),
        (
            "environments",
            { reader, node, manifest in
                manifest.environments = reader.members(of: node, "environments").compactMap { member in
                    guard let name = reader.name(member.key, "an environment's name"),
                        reader.checkEnvironment(name, at: member.key.position),
                        let file = reader.text(member.value, "the file of \(name)")
                    else { return nil }
                    return PolicyManifest.File(
                        name: Placed(name, member.key.position), file: Placed(file, member.value.position))
                }
            }
        ),
        ("ceilings", { $0.read($1, "ceilings", into: &$2.ceilings, ceilingKeys) }),
        // Its subjects have the environment's values in them: see ``never(_:)``.
        ("never", { _, _, _ in }),
    ]

    /// It is named on command lines, and in what is said about the set.
    private mutating func checkEnvironment(_ name: String, at position: PolicyPosition) -> Bool {
        guard PolicyValue.fits(name.replacing(".", with: "-"), .token) else {
            report(
                .wrongValue, at: position, "\"\(name)\" cannot be an environment's name",
                remedy: "take letters, digits, -, _ and .")
            return false
        }
        return true
    }

    /// What stands in place of a file.
    private static let elsewhere = "managed elsewhere"

    static let ceilingKeys: Keys<PolicyManifest.Ceilings> = [
        ("connections", { $2.connections = $0.limit($1, "connections") }),
        ("leaf_nodes", { $2.leafNodes = $0.limit($1, "leaf_nodes") }),
        ("subscriptions", { $2.subscriptions = $0.limit($1, "subscriptions") }),
        ("payload", { $2.payload = $0.limit($1, "payload", isBytes: true) }),
        (
            "expires",
            { reader, node, ceilings in
                ceilings.lifetime = reader.time(node, "expires").map { Placed($0, node.position) }
            }
        ),
    ]

    /// Reads an environment's file: `values: { region: eu, conns: 1k }`.
    mutating func environment(_ root: PolicyNode) -> [String: String] {
        var values: [String: String] = [:]
        read(root, "an environment", into: &values, Self.environmentKeys)
        return values
    }

    static let environmentKeys: Keys<[String: String]> = [
        ("chancery", { reader, node, _ in reader.version(node) }),
        (
            "values",
            { reader, node, values in
                for member in reader.members(of: node, "values") {
                    guard let name = reader.name(member.key, "a value's name"),
                        let text = reader.text(member.value, "the value \(name)")
                    else { continue }
                    values[name] = text
                }
            }
        ),
    ]
}

import NKeys
import Subjects

/// Where an account and what it shares stand.
struct AccountPlaces {
    var account: ConfigurationPosition
    var exports: [ConfigurationPosition] = []
    var imports: [ConfigurationPosition] = []
}

extension BrokerConfigurationReader {
    /// A section with a member for each account, or a list of names.
    mutating func readAccounts(_ entry: Entry) {
        switch entry.value.content {
        case .array:
            var names: Set<String> = []
            for (name, value) in texts(entry, example: "[A, B]") ?? [] {
                guard names.insert(name).inserted else {
                    report(
                        .conflict, at: value.position, "the account \"\(name)\" is in the list twice",
                        remedy: "remove one of them")
                    continue
                }
                guard isFreeName(name, value.position) else { continue }
                configuration.accounts.append(AccountConfiguration(name: name))
                accountPlaces.append(AccountPlaces(account: value.position))
            }
        case .map(let map):
            // As everywhere, what a variable refers to is there for that alone.
            for member in map.entries where !member.isReferenced { readAccount(member) }
        case .string, .integer, .float, .boolean, .date:
            wrong(entry, "a section with a member for each account", example: "{ A: { users: [] } }")
        }
    }

    private mutating func isFreeName(_ name: String, _ position: ConfigurationPosition) -> Bool {
        guard name == "$G" || name.isEmpty else { return true }
        report(
            .wrongValue, at: position, "\"\(name)\" cannot be the name of an account",
            remedy: name.isEmpty ? "give it a name" : "it is the account of users in no account; take another name")
        return false
    }

    private mutating func readAccount(_ entry: Entry) {
        guard let map = section(entry, example: "{ users: [] }"), isFreeName(entry.key, entry.position) else { return }
        var account = AccountConfiguration(name: entry.key)
        var places = AccountPlaces(account: entry.position)
        readMembers(of: map, .account) { reader, entry, key in
            switch key {
            case "nkey": account.key = reader.publicKey(entry, .account)
            case "users": account.users = reader.readUsers(entry)
            case "default_permissions": account.defaultPermissions = reader.readPermissions(entry)
            case "exports":
                for (export, position) in reader.readExports(entry) {
                    account.exports.append(export)
                    places.exports.append(position)
                }
            case "imports":
                for (use, position) in reader.readImports(entry) {
                    account.imports.append(use)
                    places.imports.append(position)
                }
            case "mappings": account.mappings = reader.readMappings(entry)
            case "limits": account.limits = reader.readAccountLimits(entry)
            case "msg_trace": account.tracing = reader.readTracing(entry)
            default: reader.refuseUnlessOff(entry, "JetStream", words: ["disabled", "disable", "false"])
            }
        }
        configuration.accounts.append(account)
        accountPlaces.append(places)
    }

    private mutating func readAccountLimits(_ entry: Entry) -> AccountConfiguration.Limits {
        var limits = AccountConfiguration.Limits()
        guard let map = section(entry, example: "{ max_connections: 100 }") else { return limits }
        readMembers(of: map, .accountLimits) { reader, entry, key in
            // Each is 32 bits wide, and anything below nothing stands for no limit.
            let number = reader.integer(entry, in: -1...Int(Int32.max))
            let limit = number.flatMap { $0 < 0 ? nil : $0 }
            switch key {
            case "max_connections": limits.connections = limit
            case "max_subscriptions": limits.subscriptions = limit
            case "max_payload": limits.payload = limit
            default: limits.leafNodes = limit
            }
        }
        return limits
    }

    /// A subject, or a section with a subject and a percentage.
    private mutating func readTracing(_ entry: Entry) -> AccountConfiguration.Tracing? {
        if case .string = entry.value.content {
            return tracingDestination(entry).map { .init(destination: $0, sampling: 100) }
        }
        guard let map = section(entry, example: "{ dest: \"trace.all\", sampling: 100 }") else { return nil }
        var (destination, sampling): (String?, Int?) = (nil, nil)
        readMembers(of: map, .tracing) { reader, entry, key in
            if key == "dest" {
                destination = reader.tracingDestination(entry)
            } else {
                sampling = reader.percentage(entry, in: 1...100)
            }
        }
        guard let destination else {
            if sampling != nil {
                warn(
                    .missingKey, at: entry.position, "without a subject nothing is traced",
                    remedy: "write dest: \"trace.all\"")
            }
            return nil
        }
        return .init(destination: destination, sampling: sampling ?? 100)
    }

    private mutating func tracingDestination(_ entry: Entry) -> String? {
        text(entry).flatMap { literal($0, entry.value) ? $0 : nil }
    }

    /// Whether a text is a subject without wildcards, which is said if not.
    mutating func literal(_ text: String, _ value: ConfigurationValue) -> Bool {
        guard let pattern = pattern(text, value) else { return false }
        guard pattern.wildcardCount == 0, !pattern.hasTail else {
            wrong(value, "\"\(text)\" has wildcards, and messages cannot go there", remedy: "write a single subject")
            return false
        }
        return true
    }
}

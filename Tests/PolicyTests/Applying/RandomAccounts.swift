import Claims

/// Three accounts with few subjects, so that what they share meets.
enum RandomAccounts {
    static func role(_ key: String, _ name: String, publish: [String], subscribe: [String]) -> UserScope {
        var scope = UserScope(key: key, role: name)
        func list(_ subjects: [String]) -> Permission {
            subjects.isEmpty ? Permission(deny: [">"]) : Permission(allow: subjects)
        }
        scope.template.permissions = Permissions(publish: list(publish), subscribe: list(subscribe))
        return scope
    }

    static func make(_ random: inout some RandomNumberGenerator) -> [String: AccountClaims] {
        let keys = ["A", "B", "C"]
        var accounts: [String: AccountClaims] = [:]
        for key in keys {
            var claims = AccountClaims(subject: key, name: key)
            for subject in MessageWalk.subjects where Bool.random(using: &random) {
                claims.exports.append(Export(subject: subject, type: Bool.random(using: &random) ? .service : .stream))
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                let (from, to) = (subject(&random), subject(&random))
                claims.mappings[from] = [WeightedMapping(subject: to, weight: Bool.random(using: &random) ? 100 : 40)]
            }
            for name in ["r", "s"] where Int.random(in: 0..<3, using: &random) > 0 {
                var scope = role("\(key)-\(name)", name, publish: subjects(&random), subscribe: subjects(&random))
                vary(&scope.template.permissions, &random)
                claims.setSigningKey(.scope(scope))
            }
            accounts[key] = claims
        }
        for (number, key) in keys.enumerated() {
            // Only from those behind it: services of no account come back to it.
            for exporter in keys[(number + 1)...] { take(&accounts, key, from: exporter, &random) }
        }
        return accounts
    }

    /// Some may answer, and some do or hear everything, what is the servers' own among it.
    private static func vary(_ permissions: inout Permissions, _ random: inout some RandomNumberGenerator) {
        if Int.random(in: 0..<3, using: &random) == 0 {
            permissions.response = ResponsePermission(maxMessages: 1, expires: 0)
        }
        if Int.random(in: 0..<8, using: &random) == 0 { permissions.publish = Permission() }
        if Int.random(in: 0..<8, using: &random) == 0 { permissions.subscribe = Permission() }
    }

    /// Roles whose answers go only to what whoever asks may subscribe to.
    static func ownReplies(_ random: inout some RandomNumberGenerator) -> Set<String> {
        Set(["A-r", "A-s", "B-r", "B-s", "C-r", "C-s"].filter { _ in Bool.random(using: &random) })
    }

    private static func take(
        _ accounts: inout [String: AccountClaims], _ key: String, from exporter: String,
        _ random: inout some RandomNumberGenerator
    ) {
        for export in accounts[exporter]?.exports ?? [] where Int.random(in: 0..<3, using: &random) == 0 {
            let local = subject(&random)
            let isTaken = accounts[key]?.imports.contains { $0.type == export.type && $0.localSubject == local } ?? true
            guard !isTaken else { continue }
            accounts[key]?.imports.append(
                Import(subject: export.subject, account: exporter, localSubject: local, type: export.type))
        }
    }

    private static func subject(_ random: inout some RandomNumberGenerator) -> String {
        MessageWalk.subjects.randomElement(using: &random) ?? "a"
    }

    private static func subjects(_ random: inout some RandomNumberGenerator) -> [String] {
        MessageWalk.subjects.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    }
}

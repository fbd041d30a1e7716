public import Claims

/// Writes an account that is there as a policy file.
///
/// Nothing is lost: what the language has no words for stands under `claims`, and what has a key stays in the directory
/// (`leave`). The file is compiled again before it is handed out, and has to come to the same claims.
public struct PolicyExporter {
    /// What a file cannot say.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let account: String
        public let description: String
    }

    /// An account on its way out.
    public struct Source: Sendable {
        public var claims: AccountClaims
        /// By the name of a role; `any`, as servers have it, where it is not there.
        public var replies: [String: RoleSettings.Replies] = [:]
        public var users: [CompiledUser] = []
        /// By what they are about, such as `role sensor`.
        public var descriptions: [String: String] = [:]
        /// The file that governs it; written again where nothing was changed by hand since.
        public var file: AppliedFile?
        /// What that says of roles, by their names.
        public var origins: [String: RoleOrigin] = [:]
        /// What that leaves alone.
        public var leaves: [String] = []
        /// The names of accounts beside those that are written, by their keys.
        public var neighbours: [String: String] = [:]

        public init(claims: AccountClaims) { self.claims = claims }
    }

    /// Names of accounts by their keys; an import of any other account stays in the directory.
    let names: [String: String]
    /// The grants of exporters by their names: who imports what until when.
    let grants: [String: [Grant]]

    struct Grant: Hashable {
        let importer: String
        let type: ExportType
        let subject: String
        /// `2027-01-31`; nil for ever.
        let until: String?
    }

    /// The files of a set.
    ///
    /// - Parameter sources: the accounts; each name once.
    /// - Throws: ``Failure`` for what cannot be said, such as a role without a name.
    public static func files(
        of sources: [Source], operator name: String?
    ) throws(Failure) -> [(name: String, text: String)] {
        let names = Dictionary(
            sources.map { ($0.claims.subject, $0.claims.name) }, uniquingKeysWith: { first, _ in first })
        let exporter = PolicyExporter(names: names, grants: grants(in: sources, names))
        var files: [(String, String)] = []
        var accounts: [(String, PolicyTree)] = []
        var partners: Set<String> = []
        for (number, source) in sources.enumerated() {
            let file = fileName(source.claims.name, number)
            accounts.append((source.claims.name, .text(file)))
            if let applied = source.file, exporter.says(applied, source) {
                partners.formUnion(applied.partners)
                files.append((file, applied.text))
            } else {
                files.append((file, try exporter.text(of: source)))
            }
        }
        accounts += partners.subtracting(names.values).sorted().map { ($0, .text("managed elsewhere")) }
        var manifest: [(String, PolicyTree)] = [("chancery", .word("v1"))]
        if let name { manifest.append(("operator", .text(name))) }
        manifest.append(("accounts", .mapping(accounts)))
        return [(PolicyTexts.manifest, PolicyTree.mapping(manifest).yaml)] + files
    }

    private static func fileName(_ name: String, _ number: Int) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_".utf8.contains(byte)
        }
        return isPlain && !name.isEmpty && name.utf8.count <= 100
            ? "\(name.lowercased())-\(number + 1).yaml" : "account-\(number + 1).yaml"
    }

    /// What importers hold activations for is what the exporter has granted.
    private static func grants(in sources: [Source], _ names: [String: String]) -> [String: [Grant]] {
        var grants: [String: [Grant]] = [:]
        for source in sources {
            for item in source.claims.imports where !item.token.isEmpty {
                guard let exporter = names[item.account], let token = try? ActivationClaims.decode(item.token) else {
                    continue
                }
                let until = token.expires == 0 ? nil : PolicyDate.text(token.expires)
                grants[exporter, default: []].append(
                    Grant(importer: source.claims.name, type: item.type, subject: item.subject, until: until))
            }
        }
        return grants
    }

    // MARK: One account

    private func text(of source: Source) throws(Failure) -> String {
        let writer = try AccountWriter(source, names, grants[source.claims.name] ?? [])
        let text = try writer.text()
        guard try recompiled(text, source) == (try Self.json(source.claims.canonical, source)) else {
            throw Failure(
                account: source.claims.name,
                description:
                    "the file of \(source.claims.name) would not come to the same claims; a limit of 0 in a role, for one, "
                    + "cannot be written again")
        }
        return text
    }

    /// Whether the file that was applied still says all of what is there.
    private func says(_ file: AppliedFile, _ source: Source) -> Bool {
        let names = names.merging(source.neighbours.filter { file.partners.contains($0.value) }) { own, _ in own }
        guard let compiled = try? AccountWriter.compile(file.text, of: source, names, beside: file.partners),
            let claims = try? compiled.claims(source.keys(names), on: source.claims).canonical.json(),
            let present = try? Self.json(source.claims.canonical, source)
        else { return false }
        return claims == present && compiled.users == source.users.sorted { $0.name < $1.name }
            && compiled.replies.allSatisfy { source.replies[$0.key] ?? .any == $0.value }
    }

    /// The claims that a text comes to, with the keys of those that it was made of.
    private func recompiled(_ text: String, _ source: Source) throws(Failure) -> String {
        let compiled = try AccountWriter.compile(text, of: source, names)
        do throws(ClaimsError) {
            return try compiled.claims(source.keys(names), on: source.claims).canonical.json()
        } catch { throw Failure(account: source.claims.name, description: error.message) }
    }

    private static func json(_ claims: AccountClaims, _ source: Source) throws(Failure) -> String {
        do throws(ClaimsError) {
            var claims = claims
            claims.common = CommonClaims(
                name: claims.name, subject: claims.subject, expires: claims.expires, notBefore: claims.notBefore)
            return try claims.json()
        } catch { throw Failure(account: source.claims.name, description: error.message) }
    }
}

extension PolicyExporter.Source {
    /// The keys that the claims have, by the names that stand in the file.
    func keys(_ names: [String: String]) -> AccountKeys {
        var keys = AccountKeys(account: claims.subject)
        for scope in claims.signingKeys.compactMap(\.scope) { keys.roles[scope.role] = scope.key }
        for (key, name) in names { keys.accounts[name] = key }
        for item in claims.imports {
            guard let from = names[item.account] else { continue }
            let identity = ImportIdentity(from: from, type: item.type, subject: item.subject)
            keys.activations[identity] = item.token
        }
        return keys
    }
}

extension AccountClaims {
    /// The claims as policies write them: lists in order and without repetition, defaults written out, no descriptions.
    /// They mean the same.
    public var canonical: AccountClaims {
        var claims = self
        claims.description = ""
        for index in claims.exports.indices {
            claims.exports[index].description = ""
            if claims.exports[index].type == .service, claims.exports[index].responseType == .unspecified {
                claims.exports[index].responseType = .singleton
            }
        }
        for entry in claims.signingKeys {
            guard case .scope(var scope) = entry else { continue }
            scope.description = ""
            scope.template = scope.template.canonical
            claims.setSigningKey(.scope(scope))
        }
        claims.defaultPermissions = defaultPermissions.canonical
        for (source, destinations) in claims.mappings {
            claims.mappings[source] = destinations.map {
                WeightedMapping(subject: $0.subject, weight: $0.effectiveWeight, cluster: $0.cluster)
            }
        }
        claims.tags = Array(Set(tags))
        claims.sort()
        return claims
    }
}

extension UserPermissionLimits {
    /// The same limits with their lists in order.
    var canonical: UserPermissionLimits {
        var limits = UserPermissionLimits()
        limits.permissions = permissions.canonical
        limits.sources = Array(Set(sources)).sorted()
        limits.times = times.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        (limits.timeZone, limits.subscriptions, limits.data, limits.payload) = (timeZone, subscriptions, data, payload)
        (limits.bearerToken, limits.proxyRequired) = (bearerToken, proxyRequired)
        limits.allowedConnectionTypes = Array(Set(allowedConnectionTypes)).sorted()
        return limits
    }
}

extension Permissions {
    fileprivate var canonical: Permissions {
        func sorted(_ permission: Permission) -> Permission {
            Permission(allow: Array(Set(permission.allow)).sorted(), deny: Array(Set(permission.deny)).sorted())
        }
        return Permissions(publish: sorted(publish), subscribe: sorted(subscribe), response: response)
    }
}

extension PolicyDate {
    /// The day of a moment in Unix seconds, as `2027-01-31`.
    static func text(_ seconds: Int64) -> String? {
        // Days are counted from 0000-03-01 here, so that the day that comes every four years is the last of its year.
        let days = seconds / 86_400 + 719_468
        guard seconds >= 0, days < 3_652_425 else { return nil }
        let (era, rest) = (days / 146_097, days % 146_097)
        let year = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365
        let day = rest - (365 * year + year / 4 - year / 100)
        let month = (5 * day + 2) / 153
        let number = (day - (153 * month + 2) / 5 + 1, month < 10 ? month + 3 : month - 9, year + era * 400)
        func padded(_ number: Int64, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return "\(padded(number.2 + (number.1 <= 2 ? 1 : 0), 4))-\(padded(number.1, 2))-\(padded(number.0, 2))"
    }
}

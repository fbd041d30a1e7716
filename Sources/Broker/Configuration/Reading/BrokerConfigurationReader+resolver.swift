extension BrokerConfigurationReader {
    mutating func readResolver(_ entry: Entry) {
        switch entry.value.content {
        case .string(let text): readNamedResolver(Self.trimmed(text), entry)
        case .map(let map): readDirectoryResolver(map, entry)
        case .integer, .float, .boolean, .date, .array: wrongResolver(entry)
        }
    }

    private mutating func wrongResolver(_ entry: Entry) {
        wrong(
            entry.value, "a resolver is MEMORY, URL(…), or a section with type and dir",
            remedy: "write resolver: MEMORY, and the accounts' JWTs in resolver_preload")
    }

    private mutating func readNamedResolver(_ text: String, _ entry: Entry) {
        let word = text.lowercased()
        if ["memory", "mem"].contains(word) {
            configuration.resolver = .memory
            return
        }
        guard word.hasPrefix("url"), text.hasSuffix(")"), let open = text.firstIndex(of: "("),
            Self.trimmed(String(text[..<open])).count == 3
        else { return wrongResolver(entry) }
        var url = Self.trimmed(String(text[text.index(after: open)...].dropLast()))
        if url.count >= 2, url.hasPrefix("\""), url.hasSuffix("\"") { url = String(url.dropFirst().dropLast()) }
        guard WebOrigin(url) != nil else {
            return wrong(
                entry.value, "a resolver's URL begins with http:// or https:// and names a host",
                remedy: "write \(entry.key): URL(\"http://localhost:9090/jwt/v1/accounts/\")")
        }
        configuration.resolver = .url(url)
    }

    // MARK: A folder

    private mutating func readDirectoryResolver(_ map: ConfigurationMap, _ entry: Entry) {
        var found: [String: Entry] = [:]
        readMembers(of: map, .resolver) { _, entry, key in found[key] = entry }
        let type = found["type"].flatMap { text($0) }?.lowercased()
        switch type {
        case "mem", "memory": configuration.resolver = .memory
        case "full": readDirectory(.full, found, entry)
        case "cache": readDirectory(.cache, found, entry)
        default:
            wrong(
                found["type"]?.value ?? entry.value, "a resolver's type is full or cache",
                remedy: "write resolver: { type: full, dir: \"/var/lib/nats/jwt\" }")
        }
    }

    private mutating func readDirectory(
        _ kind: DirectoryResolverConfiguration.Kind, _ found: [String: Entry], _ entry: Entry
    ) {
        guard let directory = found["dir"].flatMap({ nonEmptyText($0) }) else {
            return report(
                .missingKey, at: entry.position, "a resolver of type \(kind) needs a folder",
                remedy: "write dir: \"/var/lib/nats/jwt\"")
        }
        var resolver = DirectoryResolverConfiguration(kind: kind, directory: directory)
        if let entry = found["limit"], let limit = integer(entry, in: 0...Int.max), limit > 0 {
            resolver.limit = limit
        }
        if let entry = found["timeout"], let timeout = textualDuration(entry) {
            if timeout == .zero { wrong(entry.value, "nobody answers in no time", remedy: "write timeout: \"2s\"") }
            resolver.fetchTimeout = timeout
        }
        let duration = { (reader: inout Self, key: String) -> Duration? in
            found[key].flatMap { reader.textualDuration($0) }.flatMap { $0 == .zero ? nil : $0 }
        }
        switch kind {
        case .full:
            refuseBeside(found["ttl"], kind, when: duration(&self, "ttl") != nil)
            resolver.interval = duration(&self, "interval") ?? resolver.interval
            resolver.deletion = deletion(found)
        case .cache:
            refuseBeside(found["interval"], kind, when: duration(&self, "interval") != nil)
            refuseBeside(found["allow_delete"], kind, when: found["allow_delete"].flatMap { flag($0) } ?? false)
            refuseBeside(found["hard_delete"], kind, when: true)
            resolver.timeToLive = duration(&self, "ttl")
        }
        configuration.resolver = .directory(resolver)
    }

    private mutating func refuseBeside(
        _ entry: Entry?, _ kind: DirectoryResolverConfiguration.Kind, when isSet: Bool
    ) {
        guard let entry, isSet else { return }
        report(
            .conflict, at: entry.position, "a resolver of type \(kind) has no \"\(entry.key)\"", remedy: "remove it")
    }

    private mutating func deletion(_ found: [String: Entry]) -> DirectoryResolverConfiguration.Deletion {
        let allows = found["allow_delete"].flatMap { flag($0) } ?? false
        guard let entry = found["hard_delete"], let removes = flag(entry) else { return allows ? .rename : .refused }
        guard allows else {
            report(
                .conflict, at: entry.position, "\"\(entry.key)\" does nothing where nothing may be deleted",
                remedy: "write allow_delete: true beside it, or remove it")
            return .refused
        }
        return removes ? .remove : .rename
    }
}

/// The part of an http or https URL that says where it leads.
struct WebOrigin: Sendable, Hashable {
    let isSecure: Bool
    /// In small letters, without brackets.
    let host: String
    let port: Int

    /// Nil for what is no such URL.
    init?(_ url: String) {
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }) else { return nil }
        let word = url.prefix(8).lowercased()
        guard word.hasPrefix("http://") || word.hasPrefix("https://") else { return nil }
        isSecure = word.hasPrefix("https")
        var authority = url.dropFirst(isSecure ? 8 : 7).prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if authority.hasPrefix("[") || authority.contains(":") {
            let hasPort = !authority.hasSuffix("]")
            guard let parts = BrokerConfigurationReader.split(hasPort ? String(authority) : authority + ":0") else {
                return nil
            }
            guard let port = Int(parts.port), (0...65_535).contains(port), parts.port.allSatisfy(\.isNumber) else {
                return nil
            }
            host = parts.host.lowercased()
            self.port = hasPort ? port : isSecure ? 443 : 80
        } else {
            host = authority.lowercased()
            port = isSecure ? 443 : 80
        }
        guard !host.isEmpty else { return nil }
    }
}

extension AccountClaims: PayloadClaims {
    /// Everything absent, so that every limit is 0.
    init() {
        common = CommonClaims()
        limits = AccountLimits()
    }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "imports": try reader.read(&imports)
        case "exports": try reader.read(&exports)
        case "limits":
            try reader.read(&limits)
            // Tiers take the place of the flat limits.
            if !limits.tieredJetStream.isEmpty { limits.jetStream = JetStreamLimits() }
        case "signing_keys": try readSigningKeys(from: &reader)
        case "revocations": try revocations.read(from: &reader)
        case "default_permissions": try reader.read(&defaultPermissions)
        case "mappings": try readMappings(from: &reader)
        case "authorization": try reader.read(&authorization)
        case "trace": try reader.read(&trace)
        case "cluster_traffic": try reader.read(&clusterTraffic)
        case "description": try reader.read(&description)
        case "info_url": try reader.read(&infoURL)
        default: try reader.skip()
        }
    }

    mutating func readVersion1Member(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "imports", "exports", "revocations": try readMember(name, from: &reader)
        case "limits":
            guard try reader.beginObject() else { return }
            while let name = try reader.nextMember() { try limits.readVersion1Member(name, from: &reader) }
        case "signing_keys": try reader.read(&version1SigningKeys)
        default: try reader.skip()
        }
    }

    /// One entry a key, in the order of keys, as in the current format.
    mutating func migrate(issuerAccount: String) {
        var entries: TextDictionary<SigningKey> = [:]
        for key in version1SigningKeys { entries[key] = .key(key) }
        signingKeys = entries.map(\.value)
        version1SigningKeys = []
    }

    /// Strings are plain keys, objects are scopes, and elements of other types are passed over. Those of a second
    /// member of that name are added.
    private mutating func readSigningKeys(from reader: inout JSONReader) throws(ClaimsError) {
        var entries: TextDictionary<SigningKey> = [:]
        for entry in signingKeys { entries[entry.key] = entry }
        try reader.readTree { (reader) throws(ClaimsError) in try Self.readSigningKeys(&entries, from: &reader) }
        signingKeys = entries.map(\.value)
    }

    private static func readSigningKeys(
        _ entries: inout TextDictionary<SigningKey>, from reader: inout JSONReader
    ) throws(ClaimsError) {
        guard try reader.beginArray() else { return }
        while try reader.nextElement() {
            switch reader.nextByte() {
            case 0x22:
                let key = try reader.string()
                entries[key] = .key(key)
            case 0x7B:
                let scope = try UserScope.read(from: &reader)
                entries[scope.key] = .scope(scope)
            default: try reader.skip()
            }
        }
    }

    private mutating func readMappings(from reader: inout JSONReader) throws(ClaimsError) {
        guard try reader.beginObject() else {
            mappings = [:]
            nullMappings = []
            return
        }
        while let subject = try reader.nextExactMember() {
            var destinations: [WeightedMapping] = []
            let isNull = reader.nextByte() == 0x6E
            try reader.read(&destinations)
            mappings[subject] = destinations
            if isNull { nullMappings.insert(ExactText(subject)) } else { nullMappings.remove(ExactText(subject)) }
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("imports", sortedImports) { $1.write($0) }
        writer.member("exports", sortedExports) { $1.write($0) }
        writer.name("limits")
        writer.write(limits)
        writer.member("signing_keys", sortedSigningKeys) { $1.write($0) }
        revocations.writeMember("revocations", to: &writer)
        writer.name("default_permissions")
        writer.write(defaultPermissions)
        writeMappings(to: &writer)
        writer.name("authorization")
        writer.write(authorization)
        if let trace {
            writer.name("trace")
            writer.write(trace)
        }
        writer.member("cluster_traffic", clusterTraffic)
        writer.member("description", description)
        writer.member("info_url", infoURL)
    }

    private func writeMappings(to writer: inout JSONWriter) {
        guard !mappings.isEmpty else { return }
        writer.name("mappings")
        writer.beginObject()
        for (subject, destinations) in mappings {
            writer.dataName(subject)
            guard !destinations.isEmpty || !nullMappings.contains(ExactText(subject)) else {
                writer.writeNull()
                continue
            }
            writer.write(destinations) { $1.write($0) }
        }
        writer.endObject()
    }

    /// By subject; equal subjects stay in the order they were given.
    private var sortedImports: [Import] { Self.stablySorted(imports, by: \.subject) }
    private var sortedExports: [Export] { Self.stablySorted(exports, by: \.subject) }

    /// By key, the last entry of each.
    private var sortedSigningKeys: [SigningKey] {
        var entries: TextDictionary<SigningKey> = [:]
        for entry in signingKeys { entries[entry.key] = entry }
        return entries.map(\.value)
    }

    private static func stablySorted<Element>(_ elements: [Element], by name: (Element) -> String) -> [Element] {
        elements.enumerated().sorted { one, other in
            let (first, second) = (ExactText(name(one.element)), ExactText(name(other.element)))
            return first == second ? one.offset < other.offset : first < second
        }.map(\.element)
    }
}

extension JSONWriter {
    /// An array.
    mutating func write<Element>(_ elements: [Element], _ each: (Element, inout JSONWriter) -> Void) {
        beginArray()
        for element in elements { each(element, &self) }
        endArray()
    }

    /// An array that is left out when empty.
    mutating func member<Element>(
        _ name: StaticString, _ elements: [Element], _ each: (Element, inout JSONWriter) -> Void
    ) {
        guard !elements.isEmpty else { return }
        self.name(name)
        write(elements, each)
    }
}

import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery generate profile`
struct GenerateProfileCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Generate what other programs need of an operator, account and user, as JSON.",
        discussion: """
            The address is nsc://OPERATOR, nsc://OPERATOR/ACCOUNT or nsc://OPERATOR/ACCOUNT/USER. After a question mark
            it says what is wanted: names, keys, seeds, store, keystore, such as ?names&keys. Seeds are only written to
            a file.
            """)
    static let example = "chancery generate profile 'nsc://ACME/SALES/alice?names&keys'"

    @Argument(help: ArgumentHelp("What is wanted, as an address.", valueName: "address"))
    var address: String
    @Option(name: .shortAndLong, text: "Write to this file, for its owner alone.", as: "file")
    var outputFile: String?
    @Option(text: "Write the user's credentials to this file, and name it.", as: "file") var creds: String?
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        guard let address = ProfileAddress(address) else {
            throw ValidationError("\"\(address)\" is not an address like nsc://OPERATOR/ACCOUNT/USER?names.")
        }
        guard !address.wants("seeds") || outputFile != nil else {
            throw ValidationError("Seeds are not shown: write them to a file with --output-file.")
        }
        guard !CredentialsOutput.isStandardOutput(creds) else {
            throw ValidationError("The profile names the credentials' file: give one with --creds.")
        }
        let credentials = try CredentialsOutput(creds, replacing: true)
        let output = try CredentialsOutput(outputFile, replacing: true)
        try directory.open().change("generate profile") { change in
            let profile = try profile(address, change)
            if let content = profile.credentials { try credentials.take(content) }
            try output.take(profile.text)
        }
        try credentials.deliver()
        try output.deliver()
        guard let outputFile else { return }
        Console.say("wrote the profile to \(outputFile)")
    }

    private func profile(
        _ address: ProfileAddress, _ change: Change
    ) throws -> (text: Secret, credentials: Secret?) {
        let reader = change.reader
        let entry = try reader.operator(EntityReference(address.operator))
        var profile = ProfileText()
        let services = try entry.urls().services
        try profile.add("operator", entry.name, entry.publicKey, address, change, services: services)
        var credentials: Secret?
        if let name = address.account {
            let place = Place(operator: EntityReference(entry.publicKey), account: EntityReference(name))
            let account = try reader.account(at: place)
            try profile.add("account", account.name, account.publicKey, address, change)
            if let name = address.user {
                let user = try reader.user(EntityReference(name), of: account)
                try profile.add("user", user.name, user.publicKey, address, change)
                if let creds {
                    credentials = try change.credentials(of: EntityReference(user.publicKey), at: place)
                    try profile.add("user_creds", creds)
                }
            }
        }
        if address.wants("store") { try profile.add("store", directory.home.directoryPath) }
        if address.wants("keystore") { try profile.add("keystore", directory.home.keyFilePath) }
        return (profile.text, credentials)
    }
}

/// `nsc://OPERATOR/ACCOUNT/USER?names&keys`
private struct ProfileAddress {
    let `operator`: String
    let account: String?
    let user: String?
    private let queries: Set<String>

    init?(_ text: String) {
        let scheme = "nsc://"
        guard text.hasPrefix(scheme) else { return nil }
        let halves = text.dropFirst(scheme.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let names = halves[0].split(separator: "/").map(String.init)
        guard (1...3).contains(names.count) else { return nil }
        `operator` = names[0]
        (account, user) = (names.count > 1 ? names[1] : nil, names.count > 2 ? names[2] : nil)
        let words = halves.count > 1 ? halves[1].split(separator: "&") : []
        queries = Set(words.map { $0.split(separator: "=")[0].lowercased() })
    }

    func wants(_ query: String) -> Bool {
        // Each may be named in the singular, as a name of its own kind does.
        queries.contains(query) || queries.contains(String(query.dropLast()))
    }
}

/// The JSON of a profile, put together in guarded memory since it may hold seeds.
private struct ProfileText {
    private var members: [Secret] = []

    mutating func add(_ name: String, _ value: String) throws {
        members.append(Secret(copying: Array("\"\(name)\":\(try JSONOutput.text(value))".utf8)))
    }

    mutating func add(
        _ kind: String, _ name: String, _ key: PublicKey, _ address: ProfileAddress, _ change: Change,
        services: [String]? = nil
    ) throws {
        var parts: [Secret] = []
        func add(_ member: String, _ value: some Encodable) throws {
            parts.append(Secret(copying: Array("\"\(member)\":\(try JSONOutput.text(value))".utf8)))
        }
        if let services, !services.isEmpty { try add("service", services) }
        if address.wants("names") { try add("name", name) }
        if address.wants("keys") { try add("id", key.text) }
        if address.wants("seeds"), let seed = try change.exportSeeds([key]).first {
            parts.append(Self.joined([Secret(copying: Array("\"seed\":\"".utf8)), seed.seed], "", "", "\""))
        }
        guard !parts.isEmpty else { return }
        members.append(Self.joined(parts, "\"\(kind)\":{", ",", "}"))
    }

    var text: Secret { Self.joined(members, "{", ",", "}\n") }

    private static func joined(_ parts: [Secret], _ before: String, _ between: String, _ after: String) -> Secret {
        let count = parts.reduce(0) { $0 + $1.count } + max(0, parts.count - 1) * between.utf8.count
        return Secret(count: before.utf8.count + count + after.utf8.count) { output in
            var end = 0
            func append(_ bytes: some Collection<UInt8>) {
                UnsafeMutableRawBufferPointer(rebasing: output[end..<(end + bytes.count)]).copyBytes(from: bytes)
                end += bytes.count
            }
            append(before.utf8)
            for (index, part) in parts.enumerated() {
                if index > 0 { append(between.utf8) }
                part.withBytes { append($0) }
            }
            append(after.utf8)
        }
    }
}

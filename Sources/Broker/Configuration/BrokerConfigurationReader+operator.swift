extension BrokerConfigurationReader {
    // MARK: Operators

    /// One operator or several, each a JWT or the path of a file with one.
    mutating func readOperators(_ entry: Entry) {
        let values: [ConfigurationValue]
        switch entry.value.content {
        case .array(let list): values = list
        case .string: values = [entry.value]
        case .integer, .float, .boolean, .map:
            return wrong(entry, "a JWT, or the path of a file with one", example: "/etc/nats/operator.jwt")
        }
        for value in values {
            guard case .string(let text) = value.content, !text.isEmpty else {
                wrong(
                    value, "an operator is a JWT or the path of a file with one, not \(value.kind)",
                    remedy: "put quotes around it")
                continue
            }
            if let token = operatorToken(text, value) { configuration.operators.append(token) }
        }
    }

    private mutating func operatorToken(_ text: String, _ value: ConfigurationValue) -> String? {
        if let token = TokenText.find(in: text) { return token }
        guard !text.hasPrefix("eyJ") else {
            wrong(value, "this begins as a JWT and is none", remedy: "copy the operator's JWT again, without line ends")
            return nil
        }
        let content: [UInt8]
        do {
            content = try surroundings.readFile(text)
        } catch {
            let message = "the operator's file \(text) cannot be read: \(error)"
            problems.append(document.problem(.unreadableFile, at: value.position, message, remedy: "check the path"))
            return nil
        }
        guard content.count <= Self.maximumTokenFile,
            let token = TokenText.find(in: String(decoding: content, as: UTF8.self))
        else {
            wrong(
                value, "\(text) holds no JWT", remedy: "make it with: chancery describe operator --raw > operator.jwt")
            return nil
        }
        return token
    }

    /// Far beyond any operator's JWT.
    private static let maximumTokenFile = 1 << 20

    // MARK: Resolver

    mutating func readResolver(_ entry: Entry) {
        if case .string(let text) = entry.value.content, ["memory", "mem"].contains(text.lowercased()) {
            configuration.resolver = .memory
            return
        }
        problems.append(
            document.problem(
                .unsupportedFeature, at: entry.value.position, "only the MEMORY resolver is supported so far",
                remedy: "write resolver: MEMORY, and the accounts' JWTs in resolver_preload"))
    }

    mutating func readPreload(_ entry: Entry) {
        guard case .map(let map) = entry.value.content else {
            return wrong(
                entry, "a section with an account's JWT for each account's public key", example: "{ A…: eyJ… }")
        }
        for member in map.entries {
            guard Self.isAccountKey(member.key) else {
                problems.append(
                    document.problem(
                        .wrongValue, at: member.position, "\"\(member.key)\" is no account's public key",
                        remedy: "it is 56 capital letters and digits that begin with A"))
                continue
            }
            guard case .string(let text) = member.value.content, let token = TokenText.find(in: text) else {
                wrong(member.value, "this is no JWT", remedy: "write the account's JWT, which begins with eyJ")
                continue
            }
            configuration.preloadedAccounts.append(.init(account: member.key, jwt: token))
        }
    }

    /// The form of an account's public key. Its checksum is looked at by whoever trusts it.
    private static func isAccountKey(_ text: String) -> Bool {
        text.utf8.count == 56 && text.utf8.first == UInt8(ascii: "A")
            && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    }
}

/// Finds a JWT in the texts that hold one.
enum TokenText {
    /// The JWT of a text: bare with blanks around it, or between the lines `-----BEGIN NATS … JWT-----` and
    /// `------END …`. Nil when there is none; what it says is not looked at.
    static func find(in text: String) -> String? {
        if isToken(text[...]) { return text }
        var isBetween = false
        var lines: [Substring] = []
        for line in text.split(whereSeparator: \.isNewline).map(trimmed) where !line.isEmpty {
            if line.hasPrefix("---") {
                if isBetween { break }
                isBetween = line.contains("JWT")
                lines = []
            } else {
                lines.append(line)
            }
        }
        guard lines.count == 1, let token = lines.first, isToken(token) else { return nil }
        return String(token)
    }

    /// Three parts of base64url, the first of which begins as a JSON object does.
    private static func isToken(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 3 && text.hasPrefix("eyJ")
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        switch byte {
                        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                        default: false
                        }
                    }
            }
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop { $0.isWhitespace }
        while let last = line.last, last.isWhitespace { line.removeLast() }
        return line
    }
}

import Claims
import NKeys

extension BrokerConfigurationReader {
    mutating func readTrust(_ entry: Entry, as key: String) {
        switch key {
        case "operator": readOperators(entry)
        case "trusted_keys":
            for (text, value) in texts(entry, example: "[O…]", acceptsOne: true) ?? [] {
                if let key = publicKey(text, .operator, value) { configuration.trustedKeys.append(key.text) }
            }
        case "system_account": configuration.systemAccount = nonEmptyText(entry)
        case "no_system_account": configuration.hasNoSystemAccount = flag(entry) ?? false
        case "resolver": readResolver(entry)
        case "resolver_tls": configuration.resolverTLS = readTLS(entry, .ownConnections, path: key)
        case "resolver_preload": readPreload(entry)
        case "resolver_pinned_accounts":
            var pinned: Set<String> = []
            for (text, value) in texts(entry, example: "[A…]", acceptsOne: true) ?? [] {
                if let key = publicKey(text, .account, value) { pinned.insert(key.text) }
            }
            configuration.pinnedAccounts = pinned
        default: configuration.defaultSentinel = nonEmptyText(entry).map(Self.trimmed)
        }
    }

    // MARK: Operators

    /// One operator or several, each a JWT or the path of a file with one.
    private mutating func readOperators(_ entry: Entry) {
        let values: [ConfigurationValue]
        switch entry.value.content {
        case .array(let list): values = list
        case .string: values = [entry.value]
        case .integer, .float, .boolean, .date, .map:
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
            report(
                .unreadableFile, at: value.position, "the operator's file \(text) cannot be read: \(error)",
                remedy: "check the path")
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

    // MARK: Preloaded accounts

    private mutating func readPreload(_ entry: Entry) {
        guard case .map(let map) = entry.value.content else {
            return wrong(
                entry, "a section with an account's JWT for each account's public key", example: "{ A…: eyJ… }")
        }
        for member in map.entries {
            guard Self.isAccountKey(member.key) else {
                report(
                    .wrongValue, at: member.position, "\"\(member.key)\" is no account's public key",
                    remedy: "it is 56 capital letters and digits that begin with A")
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

import Authorization
import NKeys

extension BrokerConfigurationReader {
    mutating func readProxies(_ entry: Entry) {
        guard let map = section(entry, example: "{ trusted: [{ key: U… }] }") else { return }
        readMembers(of: map, .proxies) { reader, entry, _ in
            for value in reader.list(entry, example: "[{ key: U… }]") ?? [] { reader.readProxy(value) }
        }
    }

    private mutating func readProxy(_ value: ConfigurationValue) {
        guard case .map(let map) = value.content else {
            return wrong(value, "a proxy is a section in braces", remedy: "write { key: U… }")
        }
        var key: PublicKey?
        var hasKey = false
        readMembers(of: map, .proxy) { reader, entry, _ in
            hasKey = true
            guard let text = reader.text(entry) else { return }
            if let parsed = try? PublicKey(text), parsed.kind.canSign {
                key = parsed
            } else {
                reader.wrong(
                    entry.value, "this is no public key that can sign", remedy: "write the proxy's public key")
            }
        }
        if let key { configuration.trustedProxies.append(key.text) }
        if !hasKey {
            report(.missingKey, at: value.position, "this proxy has no key", remedy: "write { key: U… }")
        }
    }

    /// Networks, or single addresses, which stand for themselves.
    mutating func readProxySources(_ entry: Entry) {
        for (text, value) in texts(entry, example: "[\"10.0.0.0/8\"]", acceptsOne: true) ?? [] {
            if let address = NetworkAddress(text) {
                configuration.proxyProtocolSources.append(
                    "\(text)/\(text.contains(":") ? 128 : address.bytes.count * 8)")
            } else if NetworkRange(text) != nil {
                configuration.proxyProtocolSources.append(text)
            } else {
                wrong(value, "\"\(text)\" is no network", remedy: "write one such as \"10.0.0.0/8\" or \"192.0.2.7\"")
            }
        }
    }
}

import FoundationEssentials

/// What clients call the service, as they write it into the `Host` of a request.
struct PublicName {
    let text: String

    /// - Parameter url: such as `https://api.example.com`.
    init(_ url: String) throws {
        guard let parts = URL(string: url), let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let host = parts.host(), !host.isEmpty, parts.user() == nil, ["", "/"].contains(parts.path())
        else {
            throw CommandFailure(
                message: "\"\(url)\" is no URL of a service", remedy: "write --public-url https://api.example.com")
        }
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        text = name.lowercased() + (parts.port.map { ":\($0)" } ?? "")
    }
}

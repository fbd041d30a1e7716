import ArgumentParser

/// Where to listen: `127.0.0.1:8420`, `[::1]:8420`, or `:8420` for every address. Port 0 lets the system choose.
struct ListenAddress: ExpressibleByArgument {
    let host: String
    let port: Int

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let port = Int(argument[argument.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else {
            guard !host.contains(":") else { return nil }
        }
        (self.host, self.port) = (host.isEmpty ? "0.0.0.0" : String(host), port)
    }

    init(host: String, port: Int) {
        (self.host, self.port) = (host, port)
    }

    var defaultValueDescription: String { "\(host):\(port)" }

    /// Whether nobody on another machine reaches it.
    var isOfThisMachine: Bool { host.hasPrefix("127.") || host == "::1" || host.lowercased() == "localhost" }

    /// Where this process reaches what listens on every address.
    var reachableHost: String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }
}

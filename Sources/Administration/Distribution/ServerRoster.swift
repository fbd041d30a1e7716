/// A server that is there.
public struct PresentServer: Sendable, Hashable {
    /// Its name, or its key if it has none.
    public let name: String
    /// The key that it made for itself when it started.
    public let id: String

    public init(name: String, id: String) { (self.name, self.id) = (name, id) }
}

/// The servers that share a system account, as somebody knows them who has listened for some time: also those that are gone
/// and may come back.
public struct ServerRoster: Sendable, Hashable {
    /// Who has come since somebody last looked.
    public struct News: Sendable, Hashable {
        /// Servers that are new, or have started again: whatever they have, nobody here knows it.
        public var started: [String] = []
        /// Servers that were gone, and have run all the time.
        public var returned: [String] = []

        public init() {}

        public var isEmpty: Bool { started.isEmpty && returned.isEmpty }
    }

    /// Seconds for which a server that is gone is expected back.
    public static let patience: Int64 = 3_600

    private struct Known: Hashable {
        var id: String
        /// Nil for one that is there.
        var goneSince: Int64?
    }

    private var known: [String: Known] = [:]

    public init() {}

    /// Those that are there, by name.
    public var present: [String] { names { $0.goneSince == nil } }
    /// Those that are gone, by name.
    public var gone: [String] { names { $0.goneSince != nil } }
    /// All of them.
    public var all: [String] { names { _ in true } }

    private func names(where isWanted: (Known) -> Bool) -> [String] {
        known.filter { isWanted($0.value) }.keys.sorted()
    }

    /// Takes in who says that it is there. Whoever does not say so may only be slow: see ``miss(_:at:)``.
    ///
    /// - Parameter count: how many servers there are, as they say themselves.
    public mutating func take(_ servers: [PresentServer], count: Int, at now: Int64) -> News {
        var news = News()
        for server in servers {
            switch known[server.name] {
            case let old? where old.id == server.id:
                if old.goneSince != nil { news.returned.append(server.name) }
            default: news.started.append(server.name)
            }
            known[server.name] = Known(id: server.id, goneSince: nil)
        }
        known = known.filter { name, server in
            guard let since = server.goneSince else { return true }
            // One without a name comes back under another key, and the others know when it is gone for good.
            if name == server.id, servers.count >= count { return false }
            return now - since < Self.patience
        }
        return news
    }

    /// Notes that servers did not answer although others did.
    public mutating func miss(_ names: Set<String>, at now: Int64) {
        for name in names where known[name]?.goneSince == nil { known[name]?.goneSince = now }
    }
}

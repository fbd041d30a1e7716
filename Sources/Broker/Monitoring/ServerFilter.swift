/// Which servers a request is for: every server hears it, and those that are not meant say nothing.
struct ServerFilter: Sendable {
    private let name: String
    private let host: String
    private let cluster: String
    private let domain: String
    private let tags: [String]
    private let isExact: Bool

    init(_ body: PageRequestBody) throws(PageRefusal) {
        name = try body.text("server_name")
        host = try body.text("host")
        cluster = try body.text("cluster")
        domain = try body.text("domain")
        tags = try body.texts("tags")
        isExact = try body.flag("exact_match")
    }

    /// Whether a server is meant that is in no cluster and no domain.
    func admits(name serverName: String, host serverHost: String, tags serverTags: [String]) -> Bool {
        let own = Set(serverTags.map { $0.lowercased() })
        return matches(name, serverName) && matches(host, serverHost) && cluster.isEmpty && domain.isEmpty
            && tags.allSatisfy { own.contains($0.lowercased()) }
    }

    private func matches(_ wanted: String, _ text: String) -> Bool {
        wanted.isEmpty || (isExact ? text == wanted : text.contains(wanted))
    }
}

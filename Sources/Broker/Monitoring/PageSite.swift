import NIOHTTP1

/// An answer over HTTP.
struct PageAnswer: Sendable {
    let status: HTTPResponseStatus
    let headers: [(String, String)]
    let body: [UInt8]
    /// Whether the connection ends with it.
    var isLast = false

    static func page(_ bytes: [UInt8], status: HTTPResponseStatus = .ok) -> PageAnswer {
        PageAnswer(
            status: status, headers: [("Access-Control-Allow-Origin", "*"), ("Content-Type", "application/json")],
            body: bytes)
    }

    /// To a request whose first line makes no sense.
    static let malformed = PageAnswer(
        status: .badRequest, headers: [("Content-Type", "text/plain; charset=utf-8")],
        body: Array("400 Bad Request".utf8),
        isLast: true)

    /// - Parameter place: an encoded path, maybe with a query.
    static func redirection(to place: String) -> PageAnswer {
        var shown = ""
        for character in place {
            switch character {
            case "&": shown += "&amp;"
            case "<": shown += "&lt;"
            case ">": shown += "&gt;"
            case "\"": shown += "&#34;"
            case "'": shown += "&#39;"
            default: shown.append(character)
            }
        }
        return PageAnswer(
            status: .temporaryRedirect,
            headers: [("Content-Type", "text/html; charset=utf-8"), ("Location", place)],
            body: Array("<a href=\"\(shown)\">Temporary Redirect</a>.\n\n".utf8))
    }

    static func text(_ status: HTTPResponseStatus, _ text: String) -> PageAnswer {
        PageAnswer(
            status: status,
            headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
            body: Array(text.utf8))
    }
}

/// Which page stands at which path.
struct PageSite: Sendable {
    /// What paths begin with, with a slash in front and none at the end; empty for nothing.
    let basePath: String

    /// The paths, and what requests for them are counted as.
    private static let pages: [String: (page: Page, path: String)] = [
        "/varz": (.server, "/varz"), "/connz": (.connections, "/connz"), "/subsz": (.subscriptions, "/subsz"),
        "/subscriptionsz": (.subscriptions, "/subsz"), "/accountz": (.accounts, "/accountz"),
        "/accstatz": (.accountStatistics, "/accstatz"), "/healthz": (.health, "/healthz"),
        "/routez": (.routes, "/routez"), "/gatewayz": (.gateways, "/gatewayz"), "/leafz": (.leafNodes, "/leafz"),
        "/jsz": (.jetStream, "/jsz"),
    ]

    /// Answers a request on the control plane's loop.
    ///
    /// - Parameter uri: as the request has it: a path, maybe with a query.
    func answer(_ uri: String, _ plane: ControlPlane, whenDone: @escaping (PageAnswer) -> Void) {
        guard let target = RequestTarget(uri) else { return whenDone(.malformed) }
        if let cleaned = target.cleaned { return whenDone(.redirection(to: cleaned)) }
        let path = target.path
        guard path.hasPrefix(basePath) else { return whenDone(.text(.notFound, "404 page not found\n")) }
        let rest = String(path.dropFirst(basePath.count))
        if rest == "/" || (rest.isEmpty && !basePath.isEmpty) {
            plane.pageCounts.count("/")
            return whenDone(root)
        }
        switch rest {
        case "/ipqueuesz": return whenDone(.page(Array("{}".utf8)))
        case "/raftz": return whenDone(.text(.notFound, "No Raft nodes registered"))
        default: break
        }
        guard let (page, counted) = Self.pages[rest] else {
            return whenDone(.text(.notFound, "404 page not found\n"))
        }
        plane.pageCounts.count(counted)
        let options: PageOptions
        do throws(PageRefusal) { options = try PageOptions(query: target.query, for: page) } catch {
            return whenDone(.text(.badRequest, error.text))
        }
        // Whoever sends clients here looks at nothing else.
        let isUnready = page == .health && plane.context.isLameDuck
        let status = isUnready ? HTTPResponseStatus.internalServerError : .ok
        let hasRoom = plane.make(page, options, isIndented: page != .health) { body, writer in
            body.write(to: &writer)
        } whenDone: { result in
            switch result {
            case .failure(let refusal): whenDone(.text(.badRequest, refusal.text))
            case .success(let bytes): whenDone(.page(bytes, status: status))
            }
        }
        if !hasRoom { whenDone(.text(.serviceUnavailable, "too many requests")) }
    }

    /// A page for people, that leads to the others.
    private var root: PageAnswer {
        let links = [
            ("varz", "General"), ("jsz", "JetStream"), ("connz", "Connections"), ("accountz", "Accounts"),
            ("accstatz", "Account Stats"), ("subsz", "Subscriptions"), ("routez", "Routes"), ("leafz", "LeafNodes"),
            ("gatewayz", "Gateways"), ("healthz", "Health Probe"),
        ]
        let items = links.map { "    <li><a href=\"\(basePath)/\($0)\">\($1)</a> /\($0)</li>\n" }.joined()
        let text = """
            <!DOCTYPE html>
            <html lang="en">
              <head><meta charset="utf-8"><title>Chancery</title></head>
              <body>
                <h1>Chancery \(ServerIdentity.version)</h1>
                <ul>
            \(items)    </ul>
              </body>
            </html>

            """
        return PageAnswer(
            status: .ok,
            headers: [
                ("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", "default-src 'none'"),
            ], body: Array(text.utf8))
    }
}

/// Times as HTTP has them.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Thu, 26 Nov 2026 10:01:30 GMT`
    ///
    /// - Parameter nanoseconds: since 1970.
    static func text(_ nanoseconds: Int64) -> String {
        let seconds = max(nanoseconds, 0) / 1_000_000_000
        let parts = UTCTimestamp.text(seconds).split { "-T:Z".contains($0) }
        guard parts.count == 6, let month = Int(parts[1]), months.indices.contains(month - 1) else { return "" }
        let day = days[Int(seconds / 86_400 % 7)]
        return "\(day), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}

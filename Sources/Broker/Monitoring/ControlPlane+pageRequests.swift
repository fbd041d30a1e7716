import Authorization
import NKeys

// Pages as they are asked for on subjects of the system account, and by accounts about themselves.

extension ControlPlane {
    /// A page of the server. A body can say which servers are meant; the others say nothing.
    func answerPage(_ page: Page, _ request: ServiceRequest) {
        answer(page, request) { _ in }
    }

    /// A page of the account that the subject names.
    func answerAccountPage(_ page: Page, _ request: ServiceRequest) {
        guard let name = request.namedAccount else { return answer(request, nil) }
        switch page {
        case .accountConnections:
            statistics(named: name) { [self] statistics in
                guard let statistics else { return answer(request, nil) }
                let event = connectionsEvent(statistics)
                var writer = PageWriter(isIndented: false)
                event.write(to: &writer)
                answer(request, body: writer.bytes)
            }
        // Asked of all servers, about all accounts or those that the body names.
        case .accountStatistics where name == "PING": answer(page, request) { _ in }
        case .accountStatistics where !isKnown(name): answer(request, nil)
        case .jetStream: answer(request, refusal: PageRefusal("jetstream not enabled"))
        default:
            answer(page, request) { options in
                options.account = name
                options.accounts = [name]
                options.includesUnused = true
                if page == .subscriptions { options.listing = .details }
            }
        }
    }

    /// A page of the account that asks, whatever account the body names.
    func answerOwnPage(_ page: Page, _ request: ServiceRequest) {
        guard tenants.indices.contains(request.account) else { return answer(request, nil) }
        let name = tenants[request.account].state.identity.text
        answer(page, request) { options in
            options.account = name
            options.accounts = [name]
            options.includesUnused = true
        }
    }

    /// Whether a request's body means this server; one that cannot be read means all.
    func isMeant(_ request: ServiceRequest) -> Bool {
        guard let filter = try? ServerFilter(PageRequestBody(request.body)) else { return true }
        return admits(filter)
    }

    private func admits(_ filter: ServerFilter) -> Bool {
        let settings = context.settings
        return filter.admits(name: context.identity.name, host: settings.host, tags: settings.serverTags)
    }

    private func isKnown(_ name: String) -> Bool {
        if numbers[.name(name)] != nil { return true }
        return (try? PublicKey(name)).map { numbers[.key($0)] != nil } ?? false
    }

    private func answer(
        _ page: Page, _ request: ServiceRequest, _ change: (inout PageOptions) -> Void
    ) {
        let options: PageOptions
        do throws(PageRefusal) {
            let body = try PageRequestBody(request.body)
            guard admits(try ServerFilter(body)) else { return answer(request, nil) }
            var read = try PageOptions(json: body, for: page)
            change(&read)
            options = read
        } catch {
            return answer(request, refusal: error)
        }
        let server = serverMember().text
        let hasRoom = make(page, options, for: request.account) { body, writer in
            writer.object { writer in
                writer.add("server", json: server)
                writer.add("data", body)
            }
        } whenDone: { [self] result in
            switch result {
            case .failure(let refusal): answer(request, refusal: refusal)
            case .success(let bytes): answer(request, body: bytes)
            }
        }
        if !hasRoom { answer(request, refusal: PageRefusal("too many requests")) }
    }

    private func answer(_ request: ServiceRequest, refusal: PageRefusal) {
        var error = JSONText()
        error.add("code", UInt64(refusal.isMalformed ? 400 : 500))
        error.add("description", refusal.text)
        var text = JSONText()
        text.add("server", serverMember())
        if !refusal.isMalformed { text.addNull("data") }
        text.add("error", error)
        answer(request, text.text)
    }

    /// What is said when the number of an account's connections changes, and when somebody asks for it.
    func connectionsEvent(_ statistics: AccountStatistics) -> AccountConnectionsEvent {
        AccountConnectionsEvent(
            id: EventIdentity.random(), now: now, server: serverMember().text, statistics: statistics)
    }
}

/// What events are told apart by.
enum EventIdentity {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// 22 random letters.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let letters = (0..<22).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] }
        return String(decoding: letters, as: UTF8.self)
    }
}

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
                answer(request, connectionsEvent(statistics).text)
            }
        // Asked of all servers, about all accounts or those that the body names.
        case .accountStatistics where name == "PING": answer(page, request) { _ in }
        case .jetStream: answer(request, refusal: PageRefusal("jetstream not enabled"))
        default:
            answer(page, request) { options in
                options.account = name
                options.accounts = [name]
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

    /// Whether a request is for this server, rather than for others that hear it.
    ///
    /// - Throws: ``PageRefusal`` where its body does not say.
    func isMeant(by body: PageRequestBody) throws(PageRefusal) -> Bool {
        let settings = context.settings
        return try ServerFilter(body).admits(
            name: context.identity.name, host: settings.host, tags: settings.serverTags)
    }

    private func answer(
        _ page: Page, _ request: ServiceRequest, _ change: (inout PageOptions) -> Void
    ) {
        let options: PageOptions
        do throws(PageRefusal) {
            let body = try PageRequestBody(request.body)
            guard try isMeant(by: body) else { return answer(request, nil) }
            var read = try PageOptions(json: body, for: page)
            change(&read)
            options = read
        } catch {
            return answer(request, refusal: error)
        }
        // Servers that have nothing to tell of the accounts that are asked for say nothing.
        if page == .accountStatistics, !options.includesUnused, numbersToTell(of: options).isEmpty {
            return answer(request, nil)
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

    func answer(_ request: ServiceRequest, refusal: PageRefusal) {
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
            id: MessageName.random(), now: now, server: serverMember().text, statistics: statistics)
    }
}

import Authorization

// Answering requests to the server's own services.

extension ControlPlane {
    /// Handles a message. It is answered on its reply subject in the account that it came in; whatever becomes of it, its
    /// sender's next commands wait until ``answer(_:_:isLast:)`` was called for it.
    func handle(_ request: ServiceRequest, _ service: SystemService) {
        switch service {
        case .claimsUpdate:
            updateClaims(request.body, named: request.namedAccount, isForced: request.isForced) {
                self.answer(request, $0)
            }
        case .claimsLookup: lookUpClaims(of: request.namedAccount) { self.answer(request, $0) }
        case .claimsList: listClaims { self.answer(request, $0) }
        case .claimsDelete: deleteClaims(request.body) { self.answer(request, $0) }
        case .claimsPack: packClaims(for: request.body) { self.answer(request, $0, isLast: $1) }
        case .identity: answer(request, describeServer())
        case .statistics: describeLoad { self.answer(request, $0) }
        case .page, .accountPage, .ownPage: answer(request, nil)
        }
    }

    /// - Parameter text: nil for a request that is for somebody else, or has no answer.
    func answer(_ request: ServiceRequest, _ text: String?, isLast: Bool = true) {
        shards[request.shard].post(
            .serviceAnswer(
                ServiceAnswer(
                    account: request.account, subject: text == nil ? [] : request.reply, body: Array((text ?? "").utf8),
                    connection: isLast ? request.connection : nil)))
    }

    /// The `server` member of every answer.
    func serverMember() -> JSONText {
        systemSequence &+= 1
        let settings = context.settings
        var server = JSONText()
        server.add("name", context.identity.name)
        server.add("host", settings.host)
        server.add("id", context.identity.id)
        server.add("ver", ServerIdentity.version)
        if !settings.serverTags.isEmpty { server.add("tags", settings.serverTags) }
        server.add("jetstream", false)
        server.add("flags", UInt64(0))
        server.add("seq", systemSequence)
        server.add("time", context.environment.timestamp())
        return server
    }

    private func describeServer() -> String {
        var answer = JSONText()
        answer.add("name", context.identity.name)
        answer.add("host", context.settings.host)
        answer.add("id", context.identity.id)
        return answer.text
    }

    private func describeLoad(whenDone: @escaping (String) -> Void) {
        gatherStatistics { [self] statistics in
            var answer = JSONText()
            answer.add("server", serverMember())
            answer.add("statsz", statistics.json)
            whenDone(answer.text)
        }
    }
}

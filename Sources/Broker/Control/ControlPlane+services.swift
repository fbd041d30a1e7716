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
        case .settingsUpdate:
            updateSettings(request.body, isForced: request.isForced) { self.answer(request, $0) }
        case .identity: answer(request, describeServer())
        case .statistics:
            do throws(PageRefusal) {
                // Servers that are not meant say nothing.
                guard try isMeant(by: PageRequestBody(request.body)) else { return answer(request, nil) }
                describeLoad { self.answer(request, $0) }
            } catch {
                answer(request, refusal: error)
            }
        case .kick: obey(.kick, request)
        case .lameDuck: obey(.lameDuck, request)
        case .reload: reload(request)
        // Answered by the shard that it came in on.
        case .userInformation, .subscribers: answer(request, nil)
        case .page(let page): answerPage(page, request)
        case .accountPage(let page): answerAccountPage(page, request)
        case .ownPage(let page): answerOwnPage(page, request)
        }
    }

    /// - Parameter text: nil for a request that is for somebody else, or has no answer.
    func answer(_ request: ServiceRequest, _ text: String?, isLast: Bool = true) {
        answer(request, body: text.map { Array($0.utf8) }, isLast: isLast)
    }

    func answer(_ request: ServiceRequest, body: [UInt8]?, isLast: Bool = true) {
        shards[request.shard].post(
            .serviceAnswer(
                ServiceAnswer(
                    account: request.account, subject: body == nil ? [] : request.reply, body: body ?? [],
                    connection: isLast ? request.connection : nil)))
    }

    /// The `server` member of every answer.
    func serverMember() -> JSONText { context.serverMember() }

    private func describeServer() -> String {
        var answer = JSONText()
        answer.add("name", context.identity.name)
        answer.add("host", context.settings.host)
        answer.add("id", context.identity.id)
        return answer.text
    }

    func describeLoad(whenDone: @escaping (String) -> Void) {
        gatherStatistics { [self] statistics in
            var answer = JSONText()
            answer.add("server", serverMember())
            answer.add("statsz", statistics.json)
            whenDone(answer.text)
        }
    }
}

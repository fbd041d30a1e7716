import Authorization
import Claims
import NIOCore

/// What the system account may order to be done with one connection.
enum SystemOrder: Sendable {
    /// `$SYS.REQ.SERVER.<id>.KICK`: it ends.
    case kick
    /// `$SYS.REQ.SERVER.<id>.LDM`: its client is told to go elsewhere.
    case lameDuck
}

/// Why an order was not carried out.
enum OrderRefusal: String, Sendable {
    case noSuchConnection = "no such client or leafnode id"
    case noSuchClient = "no such client id"
    case notReady = "client does not support Lame Duck Mode or is not ready to receive the notification"
    case noReload = "this server cannot read its configuration again"
}

// Orders of the system account.
extension ControlPlane {
    /// Does something with the connection whose number the request names; what names none by a number is not answered.
    func obey(_ order: SystemOrder, _ request: ServiceRequest) {
        guard let members = Self.members(of: request.body), let connection = Self.connection(named: members) else {
            context.environment.log(.warning, "an order for a connection names none: it is not carried out")
            return answer(request, nil)
        }
        guard isMeant(by: members) else { return answer(request, nil) }
        gather {
            $0.obey(order, connection)
        } whenDone: { [self] outcomes in
            let missing = order == .kick ? OrderRefusal.noSuchConnection : .noSuchClient
            switch outcomes.compactMap({ $0 }).first ?? .failure(missing) {
            case .success:
                context.environment.log(
                    .info, "cid:\(connection) was \(order == .kick ? "kicked" : "told to go") on request")
                answer(request, orderAnswer(nil))
            case .failure(let refusal): answer(request, orderAnswer(refusal.rawValue))
            }
        }
    }

    /// The members of a request, by their names in lower case; nil for what is no JSON object.
    private static func members(of body: [UInt8]) -> [String: JSONValue]? {
        guard let members = JSONValue(parsing: body)?.members else { return nil }
        return Dictionary(members.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    }

    /// Nil for another `cid` than a number; 0, which no connection has, without one.
    private static func connection(named members: [String: JSONValue]) -> UInt64? {
        guard let value = members["cid"], value != .null else { return 0 }
        return value.integer.flatMap { UInt64(exactly: $0) }
    }

    /// Whether a request is for this server, which is in no cluster and no domain, rather than for others that hear it.
    private func isMeant(by members: [String: JSONValue]) -> Bool {
        let isExact = members["exact_match"]?.flag ?? false
        func fits(_ name: String, _ text: String) -> Bool {
            guard let wanted = members[name]?.text, !wanted.isEmpty else { return true }
            return isExact ? text == wanted : text.contains(wanted)
        }
        let tags = Set(context.settings.serverTags.map { $0.lowercased() })
        return fits("server_name", context.identity.name) && fits("host", context.settings.host)
            && fits("cluster", "") && fits("domain", "")
            && (members["tags"]?.elements ?? []).allSatisfy { $0.text.map { tags.contains($0.lowercased()) } ?? false }
    }

    /// Has the configuration read again, the way a signal does.
    func reload(_ request: ServiceRequest) {
        guard let members = request.body.isEmpty ? [:] : Self.members(of: request.body) else {
            return answer(request, orderAnswer("the options are no JSON object", code: 400))
        }
        guard isMeant(by: members) else { return answer(request, nil) }
        guard let reload = context.reloading else {
            return answer(request, orderAnswer(OrderRefusal.noReload.rawValue))
        }
        let eventLoop = eventLoop
        let done = eventLoop.makePromise(of: Void.self)
        done.completeWithTask { try await reload() }
        done.futureResult.assumeIsolated().whenComplete { [self] outcome in
            switch outcome {
            case .success: answer(request, orderAnswer(nil))
            case .failure(let error): answer(request, orderAnswer("\(error)"))
            }
        }
    }

    private func orderAnswer(_ failure: String?, code: UInt64 = 500) -> String {
        var answer = JSONText()
        answer.add("server", serverMember())
        if let failure {
            var error = JSONText()
            error.add("code", code)
            error.add("description", failure)
            answer.add("error", error)
        }
        return answer.text
    }
}

extension OrderRefusal: Error {}

extension Shard {
    /// Carries an order out, if the connection is here; nil if it is not.
    func obey(_ order: SystemOrder, _ connection: UInt64) -> Result<Void, OrderRefusal>? {
        guard let session = sessions[connection], !session.isEnding else { return nil }
        switch order {
        case .kick:
            session.close(.kicked, telling: nil)
            return .success(())
        case .lameDuck:
            return session.tellOfLameDuck() ? .success(()) : .failure(.notReady)
        }
    }
}

import Authorization
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
    /// Nothing is done where it is not certain that this server is meant.
    func obey(_ order: SystemOrder, _ request: ServiceRequest) {
        guard !request.body.isEmpty, let body = try? PageRequestBody(request.body),
            let connection = (try? body.number("cid")).flatMap({ UInt64(exactly: $0) })
        else {
            context.environment.log(.warning, "an order for a connection names none: it is not carried out")
            return answer(request, nil)
        }
        do throws(PageRefusal) {
            guard try isMeant(by: body) else { return answer(request, nil) }
        } catch {
            return answer(request, refusal: error)
        }
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

    /// Has the configuration read again, the way a signal does.
    func reload(_ request: ServiceRequest) {
        do throws(PageRefusal) {
            guard try isMeant(by: PageRequestBody(request.body)) else { return answer(request, nil) }
        } catch {
            return answer(request, refusal: error)
        }
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

    private func orderAnswer(_ failure: String?) -> String {
        var answer = JSONText()
        answer.add("server", serverMember())
        if let failure {
            var error = JSONText()
            error.add("code", UInt64(500))
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

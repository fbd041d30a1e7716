import Claims
import Glibc
import NIOCore
import NKeys
import Testing

@testable import Broker

/// Callouts in a running broker whose service, clients and other clients are on different loops.
@Suite(.serialized) struct CalloutLoopsTests {
    private let issuer = KeyPair.generate(.account)

    private var configuration: String {
        """
        accounts { AUTH { users: [ {user: auth, password: p}, {user: other, password: p} ] }, A {}, B {} }
        authorization { timeout: 30, auth_callout {
            issuer: \(issuer.publicKey.text), auth_users: [auth, other], account: AUTH } }
        """
    }

    /// The service's answer to the next question.
    private func answer(_ service: TestClient, account: String = "A") throws {
        try answer(try service.frame(), by: service, account: account)
    }

    private func answer(_ frame: TestClient.Frame, by service: TestClient, account: String = "A") throws {
        guard case .message(_, _, let reply?, let body) = frame else { throw TestClient.Ended(description: "\(frame)") }
        let question = try AuthorizationRequestClaims.decode(body)
        var user = UserClaims(subject: question.userKey, name: question.connectOptions.user)
        user.common.audience = account
        var response = AuthorizationResponseClaims(subject: question.userKey)
        response.common.audience = question.server.id
        response.jwt = try user.encode(signedBy: issuer, at: Int64(time(nil)))
        let text = try response.encode(signedBy: issuer, at: Int64(time(nil)))
        try service.send("PUB \(reply) \(text.utf8.count)\r\n\(text)\r\n")
    }

    private func asking(_ broker: TestBroker, _ user: String) throws -> TestClient {
        let client = try TestClient(port: broker.server.address.port ?? 0)
        try client.send("CONNECT {\"verbose\":false,\"user\":\"\(user)\",\"pass\":\"x\"}\r\n")
        return client
    }

    @Test func whoIsLetInIsInItsAccountOnEveryLoop() async throws {
        try await TestBroker.run(configuration: configuration) { broker in
            let service = try broker.client(connect: "\"user\":\"auth\",\"pass\":\"p\"")
            try service.send("SUB $SYS.REQ.USER.AUTH 1\r\n")
            try service.flush()
            var clients: [TestClient] = []
            for name in ["one", "two", "three", "four"] {
                let client = try asking(broker, name)
                try answer(service)
                try client.send("SUB here 1\r\n")
                try client.flush()
                clients.append(client)
            }
            try clients[0].send("PUB here 1\r\nx\r\n")
            try clients[0].flush()
            for client in clients {
                try client.flush()
                #expect(client.messages.count == 1)
            }
            #expect(broker.server.loops.context.callouts == 0)
        }
    }

    @Test func whoGoesIsNotWaitedForAnyMore() async throws {
        try await TestBroker.run(configuration: configuration) { broker in
            let service = try broker.client(connect: "\"user\":\"auth\",\"pass\":\"p\"")
            try service.send("SUB $SYS.REQ.USER.AUTH 1\r\n")
            try service.flush()
            let context = broker.server.loops.context
            var clients = try (0..<6).map { try asking(broker, "\($0)") }
            let questions = try clients.map { _ in try service.frame() }
            #expect(context.callouts == 6)
            clients.removeAll()
            while context.callouts > 0 { try await Task.sleep(for: .milliseconds(5)) }
            // Answers that come now are for nobody.
            for question in questions { try answer(question, by: service) }
            try service.flush()
            #expect(context.callouts == 0)
        }
    }

    @Test func noMoreQuestionsAreOpenThanThatMany() async throws {
        try await TestBroker.run(configuration: configuration) { broker in
            let context = broker.server.loops.context
            for _ in 0..<BrokerContext.mostCallouts { #expect(context.beginCallout()) }
            let client = try asking(broker, "ann")
            #expect(throws: TestClient.Ended.self) { try client.flush() }
            for _ in 0..<BrokerContext.mostCallouts { context.endCallout() }
            #expect(context.callouts == 0)
        }
    }

    @Test func aReloadKeepsWhomTheCalloutLetInAsLongAsItsIssuerStays() async throws {
        try await TestBroker.run(configuration: configuration) { broker in
            let service = try broker.client(connect: "\"user\":\"auth\",\"pass\":\"p\"")
            try service.send("SUB $SYS.REQ.USER.AUTH 1\r\n")
            try service.flush()
            let (one, two) = (try asking(broker, "one"), try asking(broker, "two"))
            try answer(service)
            try answer(service, account: "B")
            try one.flush()
            try two.flush()
            #expect(try await broker.reload(configuration + "\nmax_payload: 100000\n") == 0)
            try one.flush()
            // Which of the two was asked about first is not known.
            #expect(try await broker.reload(configuration.replacing(", B {}", with: "")) == 1)
            let other = configuration.replacing(issuer.publicKey.text, with: KeyPair.generate(.account).publicKey.text)
            #expect(try await broker.reload(other.replacing(", B {}", with: "")) == 1)
        }
    }
}

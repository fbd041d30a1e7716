import Authorization
import Claims
import NKeys
import Testing

@testable import Broker

/// What goes to an authentication callout, and what is made of what comes back.
@Suite struct CalloutMessageTests {
    private let server = Broker.ServerIdentity(name: "server")
    private let service = KeyPair.generate(.curve)
    private let userKey = KeyPair.generate(.user).publicKey
    private let now = Moment(seconds: 1_000_000) { _ in nil }

    private func question(sealed: Bool) throws -> CalloutQuestion {
        var users = LocalUsers()
        users.callout = LocalCallout(
            issuer: KeyPair.generate(.account).publicKey, users: ["auth"],
            xkey: sealed ? service.publicKey.text : "")
        let facts = ConnectionFacts(address: nil, nonce: [1])
        var admission = Admission(
            PresentedCredentials(user: "ann", hasPassword: true), facts: facts,
            trust: Trust(operators: [], local: users))
        guard case .needs(.callout(let question)) = admission.start(at: now) else { throw CancellationError() }
        return question
    }

    private func request(_ question: CalloutQuestion) -> AuthorizationRequestClaims {
        var options = Claims.ConnectOptions()
        options.password = "secret"
        return question.request(
            userKey: userKey, server: Claims.ServerIdentity(), client: ClientInformation(), options: options,
            nonce: [], at: now, timeout: 2)
    }

    @Test func itIsSignedByTheServer() throws {
        let message = try CalloutMessage(request(question(sealed: false)), sealedTo: "", by: server, at: now)
        let claims = try AuthorizationRequestClaims.decode(String(decoding: message.payload, as: UTF8.self))
        #expect(message.headerCount == 0 && claims.issuer == server.id && claims.connectOptions.password == "secret")
        #expect(claims.expires == 1_000_002)
    }

    @Test func sealedNobodyElseReadsIt() throws {
        let question = try question(sealed: true)
        let message = try CalloutMessage(request(question), sealedTo: question.xkey, by: server, at: now)
        let headers = String(decoding: message.payload.prefix(message.headerCount), as: UTF8.self)
        #expect(headers == "NATS/1.0\r\nNats-Server-Xkey: \(server.curve.publicKey.text)\r\n\r\n")
        let sealed = Array(message.payload.dropFirst(message.headerCount))
        let opened = try service.open(sealed, from: server.curve.publicKey)
        #expect(try AuthorizationRequestClaims.decode(String(decoding: opened, as: UTF8.self)).userKey == userKey.text)
        #expect(throws: NKeyError.self) {
            try KeyPair.generate(.curve).open(sealed, from: server.curve.publicKey)
        }
        #expect(!String(decoding: sealed, as: UTF8.self).contains("eyJ"))
    }

    @Test func aKeyThatNothingCanBeSealedToIsAnError() throws {
        #expect(throws: NKeyError.self) {
            try CalloutMessage(request(question(sealed: false)), sealedTo: "X", by: server, at: now)
        }
    }

    @Test func sealedAnswersAreOpened() throws {
        let question = try question(sealed: true)
        let sealed = try service.seal(Array("eyJ-answer".utf8), to: server.curve.publicKey)
        let answer = CalloutAnswer(sealed, to: question, about: userKey, from: server)
        #expect(answer.token == "eyJ-answer" && answer.wasSealed && answer.userKey == userKey)
        let plain = CalloutAnswer(Array("eyJ-plain".utf8), to: question, about: userKey, from: server)
        #expect(plain.token == "eyJ-plain" && !plain.wasSealed)
    }

    @Test func whatCannotBeOpenedIsNotTakenForSealed() throws {
        let sealed = try KeyPair.generate(.curve).seal(Array("eyJ-answer".utf8), to: server.curve.publicKey)
        for (body, isSealed) in [(sealed, true), (sealed, false), ([UInt8](repeating: 0xFF, count: 99), true)] {
            let answer = CalloutAnswer(body, to: try question(sealed: isSealed), about: userKey, from: server)
            #expect(!answer.wasSealed && answer.token != "eyJ-answer")
        }
        let large = CalloutAnswer(nil, to: try question(sealed: true), about: userKey, from: server)
        #expect(large.token?.isEmpty == false && !large.wasSealed, "too large is not the same as nothing")
    }
}

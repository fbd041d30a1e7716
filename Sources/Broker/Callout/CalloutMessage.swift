import Authorization
import Claims
import NKeys

/// A question to an authentication callout as it is published: a signed JWT, sealed where there is a key to seal it to.
///
/// It holds what the client presented, passwords included, for the service to judge: it goes into the message, and nowhere
/// else.
struct CalloutMessage: Sendable {
    /// Headers and body.
    let payload: [UInt8]
    let headerCount: Int

    private static let keyHeader = "Nats-Server-Xkey"

    /// Signs and seals a question. That takes the time of a signature, so never on a loop.
    init(
        _ request: AuthorizationRequestClaims, sealedTo xkey: String, by server: ServerIdentity, at moment: Moment
    ) throws {
        let token = try request.encode(signedBy: server.pair, at: moment.seconds)
        guard !xkey.isEmpty else {
            payload = Array(token.utf8)
            headerCount = 0
            return
        }
        let headers = Array("NATS/1.0\r\n\(Self.keyHeader): \(server.curve.publicKey.text)\r\n\r\n".utf8)
        payload = headers + (try server.curve.seal(Array(token.utf8), to: xkey))
        headerCount = headers.count
    }
}

extension CalloutAnswer {
    /// What a service sent. Everything that does not begin as a JWT does is taken for sealed, where the question was.
    ///
    /// - Parameter body: nil for an answer that is too large.
    init(_ body: [UInt8]?, to question: CalloutQuestion, about userKey: PublicKey, from server: ServerIdentity) {
        var token = body.map { String(decoding: $0, as: UTF8.self) } ?? "too large"
        var wasSealed = false
        if let body, !question.xkey.isEmpty, !body.isEmpty, !token.hasPrefix("eyJ"),
            let opened = try? server.curve.open(body, from: question.xkey)
        {
            token = String(decoding: opened, as: UTF8.self)
            wasSealed = true
        }
        self.init(token: token, wasSealed: wasSealed, userKey: userKey, server: server.pair.publicKey)
    }
}

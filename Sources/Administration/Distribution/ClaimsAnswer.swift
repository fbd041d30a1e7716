import FoundationEssentials

/// What one server answered to a claims update.
public struct ClaimsAnswer: Sendable, Hashable {
    /// The server's name, or its key if it has none.
    public let server: String
    /// Whether it took the claims.
    public let isAccepted: Bool
    /// Its words.
    public let text: String

    /// What servers with a memory resolver say of an account that nobody uses at the time: they go on with the token
    /// in their configuration.
    private static let skipped = "jwt update skipped"

    /// Reads an answer. One that cannot be read counts as a refusal.
    init(payload: [UInt8]) {
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(payload)) else {
            self.init(server: "unknown", isAccepted: false, text: "the answer cannot be read")
            return
        }
        let server = body.server.called
        if let error = body.error {
            self.init(server: server, isAccepted: false, text: error.description ?? "code \(error.code ?? 0)")
        } else {
            let message = body.data?.message ?? "no message"
            let isAccepted = body.data?.code == 200 && message != Self.skipped
            self.init(server: server, isAccepted: isAccepted, text: message)
        }
    }

    private init(server: String, isAccepted: Bool, text: String) {
        (self.server, self.isAccepted, self.text) = (server, isAccepted, text)
    }

    private struct Body: Decodable {
        struct Outcome: Decodable {
            var code: Int?
            var message: String?
            var description: String?
        }

        var server: AnsweringServer?
        var data: Outcome?
        var error: Outcome?
    }
}

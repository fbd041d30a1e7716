import Administration
import NKeys

/// What became of accounts on their way to servers and back: a line for each account and server, or a JSON object for
/// each account.
struct PushOutput {
    let isJSON: Bool

    private struct Answer: Encodable {
        struct Server: Encodable {
            var server: String
            var accepted: Bool
            var message: String
        }

        var account: String
        var public_key: String
        var complete: Bool
        var expected: Int
        var answers: [Server]
        var refusal: String?
    }

    private struct State: Encodable {
        var account: String
        var public_key: String
        var state: String
        var servers: [String]?
        var expected: Int?
    }

    /// Shows what servers answered.
    func show(_ outcome: PushOutcome, verb: String, _ preposition: String) throws {
        if isJSON {
            return try JSONOutput.line(
                Answer(
                    account: outcome.name, public_key: outcome.publicKey.text, complete: outcome.isComplete,
                    expected: outcome.expected,
                    answers: outcome.answers.map {
                        .init(server: $0.server, accepted: $0.isAccepted, message: $0.text)
                    },
                    refusal: outcome.refusal))
        }
        let name = "\"\(outcome.name)\""
        if outcome.isComplete, outcome.expected == 1 {
            return Console.say(Console.printable("\(verb) \(name) \(preposition) 1 of 1 servers"))
        }
        for answer in outcome.answers {
            if answer.isAccepted {
                Console.say(Console.printable("\(verb) \(name) \(preposition) \(answer.server)"))
            } else {
                Console.warn("\(answer.server) refused \(name): \(answer.text)")
            }
        }
        if let refusal = outcome.refusal {
            Console.warn("\(name) was not \(verb): \(refusal)")
        } else if outcome.answers.count < outcome.expected {
            Console.warn("\(outcome.answers.count) of \(outcome.expected) servers answered for \(name)")
        }
    }

    /// Shows how an account here compares to what servers have.
    func show(
        _ account: AccountEntry, _ state: AccountComparison, _ servers: [String]? = nil, of expected: Int? = nil
    ) throws {
        try show(account.name, account.publicKey, state, servers, of: expected)
    }

    /// Shows how an account compares to what servers have.
    func show(
        _ name: String, _ key: PublicKey, _ state: AccountComparison, _ servers: [String]?, of expected: Int?
    ) throws {
        try show(name, key, isJSON ? state.rawValue : state.words, servers, of: expected)
    }

    /// Shows what is the matter with an account.
    func show(
        _ name: String, _ key: PublicKey, _ state: String, _ servers: [String]? = nil, of expected: Int? = nil
    ) throws {
        if isJSON {
            return try JSONOutput.line(
                State(account: name, public_key: key.text, state: state, servers: servers, expected: expected))
        }
        let place = servers.map { $0.isEmpty ? "" : " (on \($0.sorted().joined(separator: ", ")))" } ?? ""
        Console.data(Console.printable("\(name): \(state)\(place)"))
    }
}

extension AccountComparison {
    /// The comparison in words that say which side they speak of.
    fileprivate var words: String {
        switch self {
        case .newer: "newer here than on the servers"
        case .older: "older here than on the servers"
        default: rawValue
        }
    }
}

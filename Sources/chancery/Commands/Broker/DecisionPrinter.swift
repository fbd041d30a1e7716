import Authorization
import Claims
import Dispatch
import NKeys
import Synchronization

/// Prints decisions as they are made, one a line: in words, or as JSON objects.
///
/// The broker only puts an event into a bounded list; a queue of the printer's own turns it into text. When a flood is
/// faster than the terminal, lines are left out and their number is printed.
final class DecisionPrinter: DecisionSink {
    private struct Waiting {
        var events: [DecisionEvent] = []
        var dropped = 0
        var isDraining = false
    }

    private static let capacity = 65_536

    private let waiting = Mutex(Waiting())
    private let queue = DispatchQueue(label: "chancery.decisions")
    private let names: [PublicKey: String]
    private let asJSON: Bool

    /// - Parameter names: what the accounts are called.
    init(names: [PublicKey: String], asJSON: Bool) {
        self.names = names
        self.asJSON = asJSON
    }

    /// Everything but the deliveries that pass, which say no more than the publish did.
    func wants(_ action: Action, isAllowed: Bool) -> Bool {
        action != .deliver || !isAllowed
    }

    func record(_ event: DecisionEvent, on loop: Int) {
        let startsDraining = waiting.withLock { waiting -> Bool in
            guard waiting.events.count < Self.capacity else {
                waiting.dropped += 1
                return false
            }
            waiting.events.append(event)
            defer { waiting.isDraining = true }
            return !waiting.isDraining
        }
        if startsDraining { queue.async { self.drain() } }
    }

    private func drain() {
        while true {
            let (events, dropped) = waiting.withLock { waiting -> ([DecisionEvent], Int) in
                let taken = (waiting.events, waiting.dropped)
                waiting.events = []
                waiting.dropped = 0
                waiting.isDraining = !taken.0.isEmpty
                return taken
            }
            guard !events.isEmpty else { return }
            for event in events { write(event) }
            if dropped > 0 {
                Console.say("\(dropped) decisions were not printed: they came faster than they could be.")
            }
        }
    }

    // MARK: Lines

    private func accountName(_ event: DecisionEvent) -> String? {
        event.claimant.map { name($0.account) }
    }

    private func reason(_ event: DecisionEvent) -> String {
        if let refusal = event.refusal { return refusal.explanation }
        if event.action == .connect { return "all checks passed" }
        if event.action == .importUse {
            return "granted by an export of \(event.exporter.map(name) ?? "another account")"
        }
        return event.principal?.explain(event.decision.rule).description ?? ""
    }

    private func name(_ account: AccountIdentity) -> String {
        account.key.flatMap { names[$0] } ?? account.text
    }

    /// `denied publish "a.b" by alice of ACME: no entry of /nats/pub/allow fits`
    private func textLine(_ event: DecisionEvent) -> String {
        var line = (event.decision.isAllowed ? "allowed " : "denied  ") + Self.word(event.action)
        if !event.subject.isEmpty { line += " \"\(Self.shown(event.subject))\"" }
        if let queue = event.queue { line += " queue \"\(Self.shown(queue))\"" }
        if let claimant = event.claimant {
            line += " by \(SecretText.hidden(in: claimant.name)) of \(accountName(event) ?? "")"
        }
        return Console.printable(line + ": " + reason(event)).replacing("\n", with: " ")
    }

    private func write(_ event: DecisionEvent) {
        guard asJSON else { return Console.data(textLine(event)) }
        var line = DecisionLine(
            action: Self.word(event.action), outcome: event.decision.isAllowed ? "allowed" : "denied",
            connection: event.connection.number, explanation: reason(event))
        if !event.subject.isEmpty { line.subject = Self.shown(event.subject) }
        line.queue = event.queue.map(Self.shown)
        if let claimant = event.claimant {
            line.account = claimant.account.text
            line.accountName = accountName(event)
            line.user = claimant.user?.text
            line.name = SecretText.hidden(in: claimant.name)
            line.token = claimant.token?.hex
        }
        line.exporter = event.exporter?.text
        line.reason = event.refusal?.rawValue
        if let explanation = event.principal?.explain(event.decision.rule) {
            line.effect = "\(explanation.rule.effect)"
            line.rule = explanation.text
            line.claim = explanation.pointer
            line.claims = explanation.source.version?.hex
        }
        // A line that cannot be encoded does not exist: all members are texts and numbers.
        try? JSONOutput.line(line)
    }

    /// A subject or a queue group, without a seed or a token that somebody put in its place (S10).
    private static func shown(_ bytes: some Collection<UInt8>) -> String {
        SecretText.hidden(in: String(decoding: bytes, as: UTF8.self))
    }

    private static func word(_ action: Action) -> String {
        switch action {
        case .connect: "connect"
        case .publish: "publish"
        case .subscribe: "subscribe"
        case .deliver: "deliver"
        case .respond: "respond"
        case .importUse: "import"
        }
    }
}

/// A decision as a JSON object; what does not apply is left out.
private struct DecisionLine: Encodable {
    let action: String
    let outcome: String
    let connection: UInt64
    let explanation: String
    var subject: String?
    var queue: String?
    var account: String?
    var accountName: String?
    var user: String?
    var name: String?
    /// The version of the user JWT.
    var token: String?
    var exporter: String?
    var reason: String?
    var effect: String?
    /// The entry that decided, as it stands in the claims.
    var rule: String?
    /// Its JSON pointer there.
    var claim: String?
    /// The version of those claims.
    var claims: String?

    enum CodingKeys: String, CodingKey {
        case action, outcome, connection, explanation, subject, queue, account, user, name, token, exporter, reason,
            effect
        case rule, claim, claims
        case accountName = "account_name"
    }
}

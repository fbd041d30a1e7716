import Subjects

// Rules of a role that change nothing, or change everything.

extension LintChecker {
    mutating func checkRules(of role: RolePolicy, in account: PolicySet.Account) {
        for (access, what) in [(role.publish, "publish"), (role.subscribe, "subscribe")] {
            var allowed: [PolicySubject] = []
            if case .subjects(let subjects) = access.allowed { allowed = subjects }
            checkRepetition(allowed, what, in: account)
            checkRepetition(access.denied, "\(what).deny", in: account)
            // What queue allows counts for a deny of subscribe.
            let queued = what == "subscribe" ? role.queue.map(\.subject) : []
            let isEverything = if case .everything = access.allowed { true } else { false }
            guard !isEverything else { continue }
            let (allows, denies) = (allowed + queued, access.denied)
            for deny in denies where !allows.contains(where: { Self.mayMeet($0, deny) }) {
                report(
                    .dead, at: deny.position, in: account,
                    "the deny \(deny.text) meets nothing that \(role.name) is allowed",
                    remedy: "remove it, or see whether the allow or the deny has a typing mistake")
            }
            for allow in allowed {
                guard let deny = denies.first(where: { Self.contains($0, allow) }) else { continue }
                report(
                    .dead, at: allow.position, in: account, "\(allow.text) allows nothing: all of it is denied",
                    remedy: "remove it, or make the deny narrower",
                    related: .init(position: deny.position, message: "the deny"))
            }
        }
        checkRepetition(role.call, "call", in: account)
    }

    /// Rules that lie in others of the same list. Where both are the same, the second one is the one too many.
    private mutating func checkRepetition(_ rules: [PolicySubject], _ what: String, in account: PolicySet.Account) {
        for (number, rule) in rules.enumerated() {
            for (other, wider) in rules.enumerated() where other != number && Self.contains(wider, rule) {
                let isSame = Self.contains(rule, wider)
                guard !isSame || other < number else { continue }
                report(
                    isSame ? .duplicate : .shadowed, at: rule.position, in: account,
                    isSame
                        ? "\(rule.text) stands in \(what) twice"
                        : "\(rule.text) lies in \(wider.text) of the same \(what)",
                    remedy: isSame ? "remove one" : "remove it, or make the other one narrower",
                    related: .init(position: wider.position, message: isSame ? "the first" : "the wider one"))
                break
            }
        }
    }

    /// Whether one rule contains another whatever templates are filled with.
    static func contains(_ wide: PolicySubject, _ narrow: PolicySubject) -> Bool {
        guard let wide = try? PolicyRule(wide), let narrow = try? PolicyRule(narrow) else { return false }
        return narrow.pattern.isContained(in: wide.pattern)
    }

    private static func mayMeet(_ one: PolicySubject, _ other: PolicySubject) -> Bool {
        guard let one = try? PolicyRule(one), let other = try? PolicyRule(other) else { return true }
        return one.bound.overlaps(other.bound)
    }

    // MARK: Too much

    mutating func checkBreadth(of role: RolePolicy, in account: PolicySet.Account) {
        for (access, what) in [(role.publish, "publish"), (role.subscribe, "subscribe")] {
            guard access.denied.isEmpty else { continue }
            let places: [PolicyPosition] =
                switch access.allowed {
                case .nothing: []
                case .everything(let position): [position]
                case .subjects(let subjects): subjects.filter { $0.text == ">" }.map(\.position)
                }
            guard let place = places.first else { continue }
            report(
                .allowsEverything, at: place, in: account,
                what == "publish"
                    ? "\(role.name) may publish anywhere, answers to others and JetStream's own subjects among it"
                    : "\(role.name) hears everything in the account, answers to others among it",
                remedy: "name the subjects, or deny what nobody needs: deny: [ \"_INBOX.>\", \"$JS.>\" ]")
        }
        checkInbox(of: role, in: account)
    }

    private mutating func checkInbox(of role: RolePolicy, in account: PolicySet.Account) {
        if let inbox = role.inbox, inbox.value == .shared {
            return report(
                .sharedInbox, at: inbox.position, in: account,
                "every holder of \(role.name) hears the answers to everybody with an inbox below _INBOX",
                remedy: "write inbox: private, and give clients the prefix that creds and describe show")
        }
        guard case .subjects(let subjects) = role.subscribe.allowed, let inboxes = try? Pattern("_INBOX.>") else {
            return
        }
        for subject in subjects {
            guard let rule = try? PolicyRule(subject), rule.pattern == inboxes else { continue }
            guard !role.subscribe.denied.contains(where: { Self.contains($0, subject) }) else { continue }
            report(
                .sharedInbox, at: subject.position, in: account,
                "\(role.name) hears the answers to everybody whose inbox is below _INBOX",
                remedy: "write inbox: private in place of it")
        }
    }
}

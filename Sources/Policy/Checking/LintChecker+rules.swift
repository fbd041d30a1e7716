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
            do throws(SubjectsTooLarge) {
                try checkDenies(access.denied, meet: allowed + queued, of: role, in: account)
                try checkAllows(allowed, against: access.denied, in: account)
            } catch {
                report(
                    .tooLarge, at: role.position, in: account,
                    "the rules of \(role.name) are too many to look for some that change nothing: \(error)",
                    remedy: "make two roles of it")
            }
        }
        checkRepetition(role.call, "call", in: account)
    }

    private mutating func checkDenies(
        _ denies: [PolicySubject], meet allows: [PolicySubject], of role: RolePolicy, in account: PolicySet.Account
    ) throws(SubjectsTooLarge) {
        let allowed = allows.compactMap { try? PolicyRule($0) }
        // What is no subject is told of elsewhere.
        guard allowed.count == allows.count else { return }
        var bounds = RuleIndex(allowed) { $0.bound }
        for deny in denies {
            guard let rule = try? PolicyRule(deny), try bounds.meeting(rule.bound, most: 1).isEmpty else { continue }
            report(
                .dead, at: deny.position, in: account,
                "the deny \(deny.text) meets nothing that \(role.name) is allowed",
                remedy: "remove it, or see whether the allow or the deny has a typing mistake")
        }
    }

    private mutating func checkAllows(
        _ allows: [PolicySubject], against denies: [PolicySubject], in account: PolicySet.Account
    ) throws(SubjectsTooLarge) {
        let denied = denies.filter { (try? PolicyRule($0)) != nil }
        guard !denied.isEmpty else { return }
        var index = RuleIndex(denied.compactMap { try? PolicyRule($0) })
        for allow in allows {
            guard let rule = try? PolicyRule(allow), let deny = try index.containing(rule.pattern).min() else {
                continue
            }
            report(
                .dead, at: allow.position, in: account, "\(allow.text) allows nothing: all of it is denied",
                remedy: "remove it, or make the deny narrower",
                related: .init(position: denied[deny].position, message: "the deny"))
        }
    }

    /// Rules that lie in others of the same list. Where both are the same, the second one is the one too many.
    private mutating func checkRepetition(_ list: [PolicySubject], _ what: String, in account: PolicySet.Account) {
        let subjects = list.filter { (try? PolicyRule($0)) != nil }
        let rules = subjects.compactMap { try? PolicyRule($0) }
        guard rules.count > 1, let place = subjects.first?.position else { return }
        var index = RuleIndex(rules)
        for (number, rule) in rules.enumerated() {
            guard let wider = try? index.containing(rule.pattern) else {
                return report(
                    .tooLarge, at: place, in: account,
                    "the rules of \(what) are too many to look for some that lie in others",
                    remedy: "make two roles of it")
            }
            // It lies in itself, and what is the same further down lies in it.
            let others = wider.filter { $0 < number || ($0 > number && rules[$0].pattern != rule.pattern) }
            guard let other = others.min() else { continue }
            let isSame = rules[other].pattern == rule.pattern
            report(
                isSame ? .duplicate : .shadowed, at: subjects[number].position, in: account,
                isSame
                    ? "\(subjects[number].text) stands in \(what) twice"
                    : "\(subjects[number].text) lies in \(subjects[other].text) of the same \(what)",
                remedy: isSame ? "remove one" : "remove it, or make the other one narrower",
                related: .init(
                    position: subjects[other].position, message: isSame ? "the first" : "the wider one"))
        }
    }

    /// Whether one rule contains another whatever templates are filled with.
    static func contains(_ wide: PolicySubject, _ narrow: PolicySubject) -> Bool {
        guard let wide = try? PolicyRule(wide), let narrow = try? PolicyRule(narrow) else { return false }
        return narrow.pattern.isContained(in: wide.pattern)
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

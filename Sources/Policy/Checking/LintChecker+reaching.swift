import Subjects

// Answers, verbs and what lies between accounts.

extension LintChecker {
    mutating func checkReplies(of role: RolePolicy, in account: PolicySet.Account) {
        if let replies = role.replies, replies.value == .any {
            report(
                .openReplies, at: replies.position, in: account,
                "whoever has \(role.name) can have answers sent to any subject that a responder may publish on",
                remedy: "take it out: replies: own is what counts without it")
        }
        guard let service = role.serve.first, let deny = role.publish.denied.first else { return }
        report(
            .repliesOverrideDenies, at: service.subject.position, in: account,
            "\(role.name) may answer wherever a request says, also where publish denies it",
            remedy: "give the denied subjects to nobody who may ask, or make two roles of it",
            related: .init(position: deny.position, message: "a deny that answers go past"))
    }

    mutating func checkVerbs(of role: RolePolicy, in account: PolicySet.Account) {
        for (verb, streams) in [("read", role.read), ("manage", role.manage)] {
            for stream in streams {
                report(
                    .openVerb, at: stream.position, in: account,
                    "\(verb) of \(stream.value) lets \(role.name) have the whole stream delivered to any subject, whatever it "
                        + "may subscribe to",
                    remedy: "write work: [ \(stream.value)/CONSUMER ] if a consumer is there already")
            }
        }
        for bucket in role.keyValue {
            if bucket.isManaged { report(manageOf: bucket.bucket, at: bucket.position, role, account) }
            for key in bucket.watch.prefix(1) {
                report(
                    .openVerb, at: key.position, in: account,
                    "watch makes consumers on \(bucket.bucket), which deliver the whole bucket to any subject",
                    remedy: "write get: [ … ] if keys are read one by one")
            }
        }
        checkObjects(of: role, in: account)
    }

    private mutating func checkObjects(of role: RolePolicy, in account: PolicySet.Account) {
        for store in role.objects {
            for verb in store.verbs {
                switch verb.value {
                case .read:
                    report(
                        .openVerb, at: verb.position, in: account,
                        "read makes consumers on \(store.bucket), which deliver the whole bucket to any subject",
                        remedy: "give it to roles only that may hear everything in the account")
                case .manage: report(manageOf: store.bucket, at: verb.position, role, account)
                case .put: continue
                }
            }
        }
    }

    private mutating func report(
        manageOf bucket: String, at position: PolicyPosition, _ role: RolePolicy, _ account: PolicySet.Account
    ) {
        report(
            .openVerb, at: position, in: account,
            "manage of \(bucket) lets \(role.name) change what the bucket takes in, and have it sent to any subject",
            remedy: "let those make buckets who run the account, and give roles get and put")
    }

    // MARK: Open doors

    /// Keys without a role: whoever holds one signs users that nothing limits but the account.
    mutating func checkDoors(of account: PolicySet.Account) {
        for text in account.policy.leave {
            guard let entry = LeavePolicy.entry(text), entry.kind == .keys else { continue }
            report(
                .openDoor, at: text.position, in: account,
                "signing keys without a role stay, and whoever holds one signs users of \(account.policy.account.value) "
                    + "that no role limits",
                remedy: "take it out, so that the file's roles are the only keys, and give users a role before")
        }
    }

    /// Each call is heard by somebody: in the account, or behind an import.
    mutating func checkCalls(of account: PolicySet.Account) {
        guard let number = graph.numbers[account.policy.account.value] else { return }
        for role in account.policy.roles {
            for call in role.call {
                guard let rule = try? PolicyRule(call), !isHeard(rule.bound, from: number) else { continue }
                report(
                    .unserved, at: call.position, in: account, "nobody answers \(call.text)",
                    remedy: "give a role serve: { \(call.text): { answers: 1 } }, or import the service")
            }
        }
    }

    private mutating func isHeard(_ pattern: Pattern, from number: Int) -> Bool {
        // JetStream and the server itself answer what no role does.
        if case .literal(let first)? = pattern.tokens.first, first.first == UInt8(ascii: "$") { return true }
        let trail = Trail(graph, from: [AccessPlace(account: number, stage: .typed)], SubjectSet([pattern]))
        return trail.stops.contains { stop in
            guard stop.place.stage == .routed || stop.place.stage == .served else { return false }
            let account = graph.accounts[stop.place.account]
            // What is managed elsewhere may answer.
            if account.policy == nil { return true }
            // A stream says that it has a message.
            if account.streams.contains(where: { (try? $0.subjects.overlaps(stop.set)) ?? true }) { return true }
            let heard = self.heard[stop.place.account] ?? account.heard()
            self.heard[stop.place.account] = heard
            return (try? heard.overlaps(stop.set)) ?? true
        }
    }

    // MARK: Exports and imports

    mutating func checkExports(of account: PolicySet.Account) {
        let exports = account.policy.exports.compactMap { export -> (ExportPolicy, Pattern)? in
            guard let subject = export.subject, let pattern = try? Pattern(subject.text) else { return nil }
            return (export, pattern)
        }
        for kind in [ExportPolicy.Kind.stream, .service] {
            meetings(of: exports.filter { $0.0.kind == kind }, "exports", in: account) {
                checker, export, pattern, other in
                // What lies in another is an error.
                guard !pattern.isNested(with: other.1) else { return }
                checker.report(
                    .overlap, at: export.subject?.position ?? export.position, in: account,
                    "\(pattern) and \(other.1) are both exported where they meet, and an import there needs leave of both",
                    remedy: "make them apart, or one export of it",
                    related: .init(position: other.0.position, message: "the other export"))
            }
        }
    }

    /// Calls `body` for each that meets an earlier one, with the first of those.
    private mutating func meetings<Element>(
        of elements: [(Element, Pattern)], _ what: String, in account: PolicySet.Account,
        _ body: (inout LintChecker, Element, Pattern, (Element, Pattern)) -> Void
    ) {
        var index = RuleIndex(elements.map(\.1))
        for (number, (element, pattern)) in elements.enumerated() {
            do throws(SubjectsTooLarge) {
                guard let other = try index.meeting(before: number) else { continue }
                body(&self, element, pattern, elements[other])
            } catch {
                return report(
                    .tooLarge, at: account.policy.account.position, in: account,
                    "the \(what) are too many to look for some that meet: \(error)", remedy: "make two accounts of it")
            }
        }
    }

    /// Grants that have ended give nobody anything.
    mutating func checkEnds(of account: PolicySet.Account) {
        guard let moment else { return }
        for grant in account.policy.exports.flatMap(\.grants) {
            guard let until = grant.until, until.value <= moment else { continue }
            report(
                .ended, at: until.position, in: account,
                "the grant to \(grant.account?.value ?? "nobody") ended on \(PolicyDate.text(until.value) ?? "that day")",
                remedy: "give it a later day, or take it out")
        }
    }

    /// Two imports whose subjects meet here: a request goes to one of them, messages of streams cannot be told apart.
    mutating func checkImportNames(of account: PolicySet.Account) {
        let imports = account.policy.imports.compactMap { item in item.localPattern.map { (item, $0) } }
        for kind in [ExportPolicy.Kind.stream, .service] {
            meetings(of: imports.filter { $0.0.kind == kind }, "imports", in: account) {
                checker, item, pattern, other in
                // Services of one exporter of which one lies in another are an error.
                let isOfOne = kind == .service && item.from?.value == other.0.from?.value
                guard !isOfOne || !pattern.isNested(with: other.1) else { return }
                checker.report(
                    .importCollision, at: item.position, in: account,
                    "two \(item.kind.rawValue) imports have the subjects of \(pattern) and \(other.1) where these meet",
                    remedy:
                        "give one of them another name: as: \"\(item.from?.value.lowercased() ?? "other").\(pattern)\"",
                    related: .init(position: other.0.position, message: "the other import"))
            }
        }
    }

    /// Service imports that lead back to an account that a request came from.
    mutating func checkImportCycles() {
        for (number, sharing) in graph.sharings.enumerated() where sharing.kind == .service && !sharing.isAssumed {
            guard let account = graph.accounts[sharing.importer].policy else { continue }
            let start = AccessPlace(account: sharing.exporter, stage: .asked)
            let trail = Trail(graph, from: [start], SubjectSet([sharing.toLocal.source]))
            // Only from the first account of a circle, so that each is told of once.
            let back = trail.stops.first { stop in
                guard case .sharing(let other)? = stop.passage?.kind, other > number else { return false }
                return stop.place.account == sharing.importer
            }
            guard back != nil else { continue }
            report(
                .importCycle, at: sharing.importPosition, in: account,
                "a request through this import comes back to \(graph.accounts[sharing.importer].name)",
                remedy: "take one of the imports of the circle out",
                related: back?.passage.flatMap { passage in
                    guard case .sharing(let other) = passage.kind else { return nil }
                    return .init(position: graph.sharings[other].importPosition, message: "the import that leads back")
                })
        }
    }
}

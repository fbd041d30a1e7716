import Claims
import NKeys
public import Policy

extension PolicyRun {
    /// The way from what was to what is to be. Revocations stay, whatever was in force when they were made.
    func course(_ reader: DirectoryReader) throws -> ApplyCourse {
        var (old, new): ([String: AccountClaims], [String: AccountClaims]) = ([:], [:])
        for (key, target) in target.accounts {
            guard let before = before.accounts[key] else { continue }
            let present = try before.accountClaims(subject: key)
            var wanted = try target.accountClaims(subject: key)
            wanted.revocations = present.revocations
            for index in wanted.exports.indices {
                wanted.exports[index].revocations = present.revocations(for: wanted.exports[index])
            }
            (old[key], new[key]) = (present, wanted)
        }
        var replies = OwnReplies(old: before.ownReplies, new: target.ownReplies)
        var others: [String: AccountClaims] = [:]
        if ApplyCourse.needsOthers(from: old, to: new, replies) {
            for account in try reader.accounts(of: reader.operator(EntityReference(operatorKey)))
            where new[account.publicKey.text] == nil {
                others[account.publicKey.text] = try account.claims()
                for (key, settings) in try reader.settings(of: account.publicKey)?.roles ?? [:]
                where settings.replies == .own {
                    replies.old.insert(key)
                    replies.new.insert(key)
                }
            }
        }
        let withdrawn = target.accounts.compactMapValues(\.withdrawn)
        return ApplyCourse(from: old, to: new, beside: others, withdrawing: withdrawn, replies)
    }
}

extension GovernedStates {
    /// The roles whose answers go only to what whoever asks may subscribe to.
    fileprivate var ownReplies: Set<String> {
        let own = accounts.values.flatMap { state in
            (state.replies ?? [:]).filter { $0.value == RoleSettings.Replies.own.rawValue }.keys
        }
        return Set(own)
    }
}

extension Change {
    /// Looks at each step of a run before the first: one that cannot be done is refused while nothing has begun.
    ///
    /// - Throws: ``AdministrationError``.
    func rehearse(_ run: PolicyRun) throws {
        let course = try run.course(reader)
        // What is taken back is taken back even where an import is shut out for a moment.
        if let fault = course.faults.first(where: { run.kind == .apply || !$0.isShutOut }) { throw try refusal(fault) }
        for (key, target) in run.target.accounts.sorted(by: { $0.value.name < $1.value.name }) {
            var last = course.claims(of: key, after: nil)
            // What is wrong at the end is no matter of steps.
            if let end = course.claims(of: key, after: .narrow), end != last {
                try rehearse(end, of: target.name, .narrow)
            }
            for step in ApplyStep.allCases {
                guard let claims = course.claims(of: key, after: step), claims != last else { continue }
                last = claims
                try rehearse(claims, of: target.name, step)
            }
            for wave in course.waves.indices {
                guard let claims = course.claims(of: key, in: wave), claims != last else { continue }
                try rehearse(claims, of: target.name, .switch)
            }
        }
    }

    private func refusal(_ fault: ApplyCourse.Fault) throws -> AdministrationError {
        func name(_ key: String) throws -> String {
            try EntityReference(key).publicKey.flatMap { try reader.accountEntry($0)?.name } ?? key
        }
        let (importer, exporter) = (try name(fault.importer), try name(fault.exporter))
        if let role = fault.role, let act = fault.act {
            let what =
                switch (act, fault.isAnswer) {
                case (_, false): "\(act.rawValue) \(fault.subject) of \(exporter)"
                case (.publish, true): "have answers come to \(fault.subject) of \(exporter)"
                case (.receive, true): "hear answers of \(exporter) on \(fault.subject)"
                }
            return refusal("\(importer)/\(role)", what, fault.kind)
        }
        guard fault.isShutOut else {
            return AdministrationError(
                .refused,
                "what \(importer) has as an import from \(exporter), \(fault.subject), is not let in, and would be for a while",
                remedy: "take that import out of \(importer) in an apply before this one; nothing was begun")
        }
        return AdministrationError(
            .refused,
            "what \(importer) imports from \(exporter), \(fault.subject), would be shut out for a while: "
                + "the subject of an export and who may import it change at once",
            remedy:
                "do it in two applies: first the subject of the export, with the imports of it, then who may import it; "
                + "nothing was begun")
    }

    private func refusal(_ holder: String, _ what: String, _ kind: ApplyCourse.Fault.Kind) -> AdministrationError {
        kind == .shutOut
            ? AdministrationError(
                .refused,
                "\(holder) may \(what) before and after, and could not for a while: the ways of both "
                    + "lead through accounts that are changed one after the other",
                remedy: "do it in two applies: first bring what comes, then take out what goes; nothing was begun")
            : AdministrationError(
                .refused,
                "\(holder) could \(what) for a while, which neither what is in force allows nor the set: "
                    + "in whatever order accounts are changed, what comes meets what goes",
                remedy: "do it in two applies: first take out what goes, then bring what comes; nothing was begun")
    }

    private func rehearse(_ claims: AccountClaims, of account: String, _ step: ApplyStep) throws {
        let faults = faults(of: claims)
        guard !faults.isEmpty else { return }
        let place = step == .narrow ? "" : " in the step \"\(step.word)\""
        throw AdministrationError(
            .invalidClaims,
            "the account \"\(account)\" would not be valid\(place): " + faults.joined(separator: "; "),
            remedy: step == .narrow
                ? "change the file, or what it leaves alone; nothing was begun"
                : "make the change in two applies; nothing was begun")
    }
}

extension ApplyStep {
    /// The step in one word.
    public var word: String { String(description.prefix { $0 != ":" }) }
}

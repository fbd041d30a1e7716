import Claims
public import Policy

extension PolicyRun {
    /// The way from what was to what is to be. Revocations stay, whatever was in force when they were made.
    func course() throws -> ApplyCourse {
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
        let withdrawn = target.accounts.compactMapValues(\.withdrawn)
        return ApplyCourse(from: old, to: new, withdrawing: withdrawn)
    }
}

extension Change {
    /// Looks at each step of a run before the first: one that cannot be done is refused while nothing has begun.
    ///
    /// - Throws: ``AdministrationError``.
    func rehearse(_ run: PolicyRun) throws {
        let course = try run.course()
        // What is taken back is taken back even where an import is shut out for a moment.
        if run.kind == .apply, let gap = course.gaps.first {
            func name(_ key: String) -> String { run.target.accounts[key]?.name ?? key }
            throw AdministrationError(
                .refused,
                "what \(name(gap.importer)) imports from \(name(gap.exporter)), \(gap.subject), would be shut out for a while: "
                    + "the subject of an export and who may import it change at once",
                remedy: "change the subject in one apply and who may import it in another; nothing was begun")
        }
        for (key, target) in run.target.accounts.sorted(by: { $0.value.name < $1.value.name }) {
            var last = course.claims(of: key, after: nil)
            for step in ApplyStep.allCases {
                guard let claims = course.claims(of: key, after: step), claims != last else { continue }
                last = claims
                try rehearse(claims, of: target.name, step)
            }
        }
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

import Audit
import Claims
import FoundationEssentials
import GRDB
import NKeys
public import Policy

extension Change {
    /// Begins an apply: makes what is missing, signs activations, and notes where it starts and where it goes. Nothing that
    /// anybody may do is changed by it.
    ///
    /// - Throws: ``AdministrationError``; of code `refused` while another one is unfinished.
    public func beginPolicy(
        _ set: PolicySet, at place: Place = Place(), _ options: PolicyOptions = PolicyOptions()
    ) throws -> PolicyRun {
        let entry = try reader.operator(of: set, at: place)
        try refuseUnfinished(of: entry)
        try forgetOldRoles()
        let content = set.texts.encoded
        let hash = TokenVersion(of: content)
        try database.run(
            sql: "INSERT OR IGNORE INTO policy_texts (hash, content, recorded_at) VALUES (?, ?, ?)",
            arguments: [Data(hash.bytes), content, now])
        let builder = PolicyTargetBuilder(change: self, entry: entry, set: set, options: options, hash: hash.hex)
        var (before, target) = try builder.build()
        for account in try reader.accountsReleased(by: set, of: entry) {
            let present = try reader.presentState(of: account)
            before.accounts[account.publicKey.text] = present
            target.accounts[account.publicKey.text] = present.released
        }
        try noteHandwork(in: &before)
        return try insertRun(.apply, of: entry, before: before, target: target, texts: hash.bytes)
    }

    /// Begins to go back: to where an unfinished apply started, or else to what was before the last one. After an undo of
    /// a finished one that is the undo itself, so that the next goes forward again.
    ///
    /// - Returns: the run, and the one that it takes back.
    /// - Throws: an error of code `refused` while an earlier undo is unfinished.
    public func beginPolicyUndo(at place: Place = Place()) throws -> (run: PolicyRun, undone: PolicyRun) {
        let entry = try reader.operator(at: place)
        let unfinished = try reader.unfinishedPolicyRun(of: entry)
        guard unfinished?.kind != .undo else {
            throw AdministrationError(
                .refused, "an earlier undo is not finished",
                remedy: "finish it with \"chancery policy apply --resume\"")
        }
        guard let run = try unfinished ?? reader.lastChangingRun(of: entry) else {
            throw AdministrationError(
                .notFound, "no apply under the operator \"\(entry.name)\" has changed anything",
                remedy: "apply a set with \"chancery policy apply FOLDER\"")
        }
        let target = try goingBack(run, of: entry)
        var present = GovernedStates()
        for key in run.before.accounts.keys {
            guard let account = try EntityReference(key).publicKey.flatMap({ try reader.accountEntry($0) }) else {
                continue
            }
            present.accounts[key] = try reader.presentState(of: account)
        }
        try noteHandwork(in: &present)
        try database.run(
            sql: "UPDATE policy_runs SET state = 'undone', finished_at = ? WHERE id = ?", arguments: [now, run.id])
        return (try insertRun(.undo, of: entry, before: present, target: target, texts: nil), run)
    }

    /// Notes what files had decided of accounts that somebody has edited since: what was done by hand is that also after it
    /// was taken back and an undo has brought it in again.
    private func noteHandwork(in states: inout GovernedStates) throws {
        for (key, state) in states.accounts where state.texts != nil {
            guard let account = EntityReference(key).publicKey, let governed = try reader.governedState(of: account),
                let decided = governed.claims,
                try governed.claimsBesideRevocations(subject: key) != state.claimsBesideRevocations(subject: key)
            else { continue }
            states.accounts[key]?.decided = decided
        }
    }

    private func refuseUnfinished(of entry: OperatorEntry) throws {
        guard let run = try reader.unfinishedPolicyRun(of: entry) else { return }
        throw AdministrationError(
            .refused, "an earlier \(run.kind.rawValue) is not finished",
            remedy: run.kind == .undo
                ? "finish it with \"chancery policy apply --resume\"; \"chancery policy plan --resume\" shows what is left"
                : "see what is left with \"chancery policy plan --resume\", finish it with \"chancery policy apply --resume\", or go back with \"chancery policy undo\""
        )
    }

    private func insertRun(
        _ kind: PolicyRun.Kind, of entry: OperatorEntry, before: GovernedStates, target: GovernedStates, texts: [UInt8]?
    ) throws -> PolicyRun {
        func json(_ states: GovernedStates) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(states), as: UTF8.self)
        }
        try database.run(
            sql: """
                INSERT INTO policy_runs (kind, state, operator, texts, before, target, actor, started_at)
                VALUES (?, 'running', ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                kind.rawValue, entry.publicKey.text, texts.map { Data($0) }, try json(before), try json(target),
                surroundings.actor, now,
            ])
        policies.append(
            AuditedPolicy(
                operation: kind == .apply ? .policyApply : .policyUndo, run: database.lastInsertedRowID, texts: texts))
        let run = PolicyRun(
            id: database.lastInsertedRowID, kind: kind, isFinished: false, stored: nil, confirmed: nil, before: before,
            target: target, texts: texts, operatorKey: entry.publicKey.text)
        try rehearse(run)
        return run
    }

    // MARK: Steps

    /// Carries out the next step of a run, or one wave of it.
    ///
    /// Waves are not noted: who goes on in the middle of them begins with the first, and finds done what was done.
    ///
    /// - Parameter wave: how many waves were before.
    /// - Returns: the accounts whose tokens changed, and whether more waves of the step are to come.
    public func advance(
        _ run: PolicyRun, wave: Int = 0
    ) throws -> (run: PolicyRun, changed: [AccountEntry], isMoreToCome: Bool) {
        guard let entry = try reader.operator(EntityReference(run.operatorKey)) as OperatorEntry?,
            let present = try reader.unfinishedPolicyRun(of: entry), present.id == run.id, let step = present.next
        else {
            throw AdministrationError(
                .refused, "there is nothing to go on with", remedy: "see \"chancery policy plan FOLDER\"")
        }
        let run = present
        isApplyingPolicies = true
        defer { isApplyingPolicies = false }
        let course = try run.course(reader)
        let waves = course.waves(of: step)
        let writer = PolicyStepWriter(
            change: self, run: run, step: step, wave: wave, course: course,
            accounts: Set(waves.indices.contains(wave) ? waves[wave] : []), isLast: wave + 1 >= waves.count)
        let changed = try writer.write(of: entry)
        guard writer.isLast else { return (run, changed, true) }
        try database.run(
            sql: "UPDATE policy_runs SET stored_step = ? WHERE id = ?", arguments: [step.rawValue, run.id])
        if step == ApplyStep.allCases.last {
            try database.run(
                sql: "UPDATE policy_runs SET state = 'done', finished_at = ? WHERE id = ?", arguments: [now, run.id])
        }
        return (run.at(stored: step, confirmed: run.confirmed), changed, false)
    }

    /// Notes that every server has what a step stored.
    public func confirm(_ run: PolicyRun, _ step: ApplyStep) throws {
        try database.run(
            sql: "UPDATE policy_runs SET confirmed_step = max(confirmed_step, ?) WHERE id = ?",
            arguments: [step.rawValue, run.id])
    }

    // MARK: Old roles

    /// How long the key of a deleted role stays sealed, in seconds: 30 days.
    private static let keptRoles: Int64 = 30 * 86_400

    private func forgetOldRoles() throws {
        let sql = "SELECT public_key AS text FROM policy_roles WHERE deleted_at < ?"
        for key in try database.texts(sql, [now - Self.keptRoles]) {
            if let key = EntityReference(key).publicKey { try keyring.forget(key) }
            try database.run(sql: "DELETE FROM policy_roles WHERE public_key = ?", arguments: [key])
        }
    }
}

extension PolicyRun {
    func at(stored: ApplyStep?, confirmed: ApplyStep?) -> PolicyRun {
        PolicyRun(
            id: id, kind: kind, isFinished: stored == ApplyStep.allCases.last, stored: stored, confirmed: confirmed,
            before: before, target: target, texts: texts, operatorKey: operatorKey)
    }
}

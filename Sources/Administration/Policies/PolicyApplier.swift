public import Policy

/// Carries a run through its steps: each is one transaction of the directory, and servers have it before the next begins.
///
/// A process that ends in between loses nothing: ``resume(at:)`` goes on with the step that was not confirmed, and
/// ``undo(at:)`` goes back. At each moment access lies between what was and what is to be.
public struct PolicyApplier {
    /// A place between two things that an apply does, for tests that end it there.
    public enum Moment: Sendable, Hashable {
        /// The run is noted, and nothing else.
        case begun
        case stored(ApplyStep)
        /// So many waves of accounts are switched, and more are to come.
        case switched(wave: Int)
        /// Old exports are gone, and answers are to go anywhere where a role says so.
        case narrowed
        case confirmed(ApplyStep)
    }

    /// Brings the tokens and settings of accounts to every server, and throws unless each has them, and the connections
    /// are gone that end with it.
    public typealias Delivery = ([AccountEntry], [ConnectionCut]) async throws -> Void

    private let directory: Directory
    private let deliver: Delivery
    private let reached: (Moment) throws -> Void

    /// - Parameters:
    ///   - deliver: brings accounts to the servers.
    ///   - reached: called at each moment; what it throws ends the apply there, as the end of the process would.
    public init(
        _ directory: Directory, deliver: @escaping Delivery = { _, _ in },
        reached: @escaping (Moment) throws -> Void = { _ in }
    ) {
        (self.directory, self.deliver, self.reached) = (directory, deliver, reached)
    }

    /// Applies a set.
    ///
    /// - Returns: what was planned, and done.
    @discardableResult
    public func apply(
        _ set: PolicySet, at place: Place = Place(), _ options: PolicyOptions = PolicyOptions()
    ) async throws -> PolicyPlan {
        let entry = try directory.read { try $0.operator(of: set, at: place) }
        let lock = try PolicyLock.take(directory, of: Place(operator: EntityReference(entry.publicKey)))
        defer { lock.release() }
        let (run, plan) = try directory.change("policy apply") { change in
            let run = try change.beginPolicy(set, at: place, options)
            try change.checkGivenAgain(run, isMeant: options.givesAgain)
            return (run, try change.plan(run))
        }.value
        try reached(.begun)
        try await goOn(run)
        return plan
    }

    /// Goes on with an apply, or an undo, that was begun.
    ///
    /// - Returns: what was left, and is done; nil where only the servers had to take the last step.
    @discardableResult
    public func resume(at place: Place = Place()) async throws -> PolicyPlan? {
        let lock = try PolicyLock.take(directory, of: place)
        defer { lock.release() }
        let run = try directory.read { try $0.unfinishedPolicyRun(of: $0.operator(at: place)) }
        guard let run else {
            // The last step may be stored and not confirmed.
            guard try await confirmLast(at: place) else {
                throw AdministrationError(
                    .notFound, "no apply is unfinished", remedy: "begin one with \"chancery policy apply FOLDER\"")
            }
            return nil
        }
        let plan = try directory.change("policy resume", dryRun: true) { try $0.planRest(of: run) }.value
        try await goOn(run)
        return plan
    }

    /// Goes on with one run until it is done, from wherever it is.
    public func carryOut(_ id: Int64) async throws {
        guard let run = try await directory.work({ try $0.read { try $0.policyRun(id) } }) else { return }
        try await goOn(run)
    }

    /// Goes back to what was before: before an unfinished apply, or else before the last one.
    @discardableResult
    public func undo(at place: Place = Place()) async throws -> PolicyPlan {
        let lock = try PolicyLock.take(directory, of: place)
        defer { lock.release() }
        let (run, plan) = try directory.change("policy undo") { change in
            let (run, undone) = try change.beginPolicyUndo(at: place)
            var plan = try change.plan(run)
            plan.undone = undone
            return (run, plan)
        }.value
        try reached(.begun)
        try await goOn(run)
        return plan
    }

    /// Goes on from wherever a run is. What fails here has not left everything as it was.
    private func goOn(_ run: PolicyRun) async throws {
        do {
            if run.stored != run.confirmed { try await confirm(run) }
            if !run.isFinished { try await finish(run) }
        } catch let error as AdministrationError { throw error.inTheMiddle(of: run.kind) }
    }

    private func finish(_ begun: PolicyRun) async throws {
        var run = begun
        while let step = run.next {
            var (wave, isMoreToCome) = (0, true)
            while isMoreToCome {
                let advanced = try await Self.advance(run, step, wave, directory)
                (run, isMoreToCome, wave) = (advanced.run, advanced.isMoreToCome, wave + 1)
                try reached(isMoreToCome ? (step == .switch ? .switched(wave: wave) : .narrowed) : .stored(step))
                if !advanced.changed.isEmpty || step == .switch { try await deliver(run) }
            }
            try await Self.confirm(run, step, directory)
            try reached(.confirmed(step))
        }
    }

    private func confirm(_ run: PolicyRun) async throws {
        guard let step = run.stored else { return }
        try await deliver(run)
        try await Self.confirm(run, step, directory)
    }

    private static func advance(
        _ run: PolicyRun, _ step: ApplyStep, _ wave: Int, _ directory: Directory
    ) async throws -> (run: PolicyRun, changed: [AccountEntry], isMoreToCome: Bool) {
        try await directory.work { directory in
            try directory.change("policy \(run.kind.rawValue): step \(step.rawValue), \(step.word)") {
                try $0.advance(run, wave: wave)
            }.value
        }
    }

    private static func confirm(_ run: PolicyRun, _ step: ApplyStep, _ directory: Directory) async throws {
        try await directory.work { directory in
            _ = try directory.change("policy \(run.kind.rawValue): confirmed") { try $0.confirm(run, step) }
        }
    }

    /// - Returns: whether there was anything to confirm.
    private func confirmLast(at place: Place) async throws -> Bool {
        let last = try directory.read { try $0.lastPolicyRun(of: $0.operator(at: place)) }
        guard let last, last.stored != last.confirmed else { return false }
        try await confirm(last)
        return true
    }

    private func deliver(_ run: PolicyRun) async throws {
        let accounts = try await accounts(of: run)
        try await deliver(accounts, try accounts.flatMap { try run.cuts(of: $0) })
    }

    /// The accounts of a run as they are now. A step brings them all to the servers: what these have already they take
    /// again, and what an earlier end left out they get.
    private func accounts(of run: PolicyRun) async throws -> [AccountEntry] {
        try await directory.work { directory in
            try directory.read { reader in
                try run.target.accounts.keys.sorted().compactMap { key in
                    try EntityReference(key).publicKey.flatMap { try reader.accountEntry($0) }
                }
            }
        }
    }
}

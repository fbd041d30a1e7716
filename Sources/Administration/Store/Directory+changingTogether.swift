import GRDB

extension Directory {
    /// Changes the directory like ``change(_:dryRun:_:)``, together with other changes that wait: they are carried out one
    /// after the other in one transaction, where each succeeds or fails by itself, and become durable with one commit. It
    /// returns when that is done. `body` may run more than once, each time after what it did to the directory was undone.
    ///
    /// A change that puts checks off to the end of its transaction must not be made in this way.
    public func changeTogether<Result: Sendable>(
        _ reason: String, _ body: @escaping @Sendable (Change) throws -> Result
    ) async throws -> Changed<Result> {
        guard let service else { return try await work { try $0.change(reason, body) } }
        try checkWritable()
        return try await withCheckedThrowingContinuation { continuation in
            let waiting = ChangeGroup.Waiting(
                carryOut: { transaction in
                    do {
                        let changed = try self.attempt(in: transaction, reason, body)
                        return { failure in
                            if let failure { return continuation.resume(throwing: failure) }
                            continuation.resume(returning: changed)
                        }
                    } catch let error as ChangeTransaction.NeedsSteps {
                        throw error
                    } catch {
                        // A full disk, for example, ends the whole transaction.
                        guard transaction.database.isInsideTransaction else { throw error }
                        // Even a refusal may be due to what was done before it in the group, and waits for it to be true.
                        return { continuation.resume(throwing: $0 ?? error) }
                    }
                }, fail: { continuation.resume(throwing: $0 ?? AdministrationError(busy: 0)) })
            if service.group.add(waiting) { begin { self.carryOutWaiting(service.group) } }
        }
    }

    /// One change of a group: what it did is undone if it throws, and nothing else.
    private func attempt<Result>(
        in transaction: ChangeTransaction, _ reason: String, _ body: (Change) throws -> Result
    ) throws -> Changed<Result> {
        try Self.storage(surroundings) {
            let mark = transaction.log.mark
            do {
                let change = Change(
                    database: transaction.database, home: home, surroundings: surroundings, reason: reason,
                    opened: transaction.opened, memo: ReaderMemo(sharing: transaction.memo), sharedLog: transaction.log)
                try change.leavingOut { try AuditCapture.clear(transaction.database) }
                let changed = try transaction.undoingFailure { try Self.carryOut(change, body) }
                if let checkpoint = change.checkpoint { transaction.checkpoint = checkpoint }
                return changed
            } catch {
                transaction.log.goBack(to: mark)
                if let error = error as? TooFarAhead { throw error.refusal }
                throw error
            }
        }
    }

    /// Carries out what waits, group by group, until nothing does.
    private func carryOutWaiting(_ group: ChangeGroup) {
        repeat {
            var finished: [ChangeGroup.Finish] = []
            do {
                try Self.storage(surroundings) {
                    try database.writeWithoutTransaction { try carryOut(group, $0, &finished) }
                }
                for finish in finished { finish(nil) }
            } catch {
                if finished.isEmpty {
                    // Nobody got the lock: who has waited as long as one waits is told so.
                    while finished.count < ChangeGroup.most, let next = group.next() { finished.append(next.fail) }
                }
                for finish in finished { finish(error) }
            }
        } while group.goesOn()
    }

    private func carryOut(
        _ group: ChangeGroup, _ database: Database, _ finished: inout [ChangeGroup.Finish]
    ) throws {
        try AuditCapture.install(database)
        var taken: [ChangeGroup.Waiting] = []
        do {
            do {
                try carryOut(group, &taken, in: ChangeTransaction(database, isInSteps: false), &finished)
            } catch is ChangeTransaction.NeedsSteps {
                finished = []
                try carryOut(group, &taken, in: ChangeTransaction(database, isInSteps: true), &finished)
            }
        } catch {
            // Those whose turn came before it was lost.
            finished = taken.map(\.fail)
            throw error
        }
    }

    /// - Parameter taken: what was taken from the group, and is carried out first.
    private func carryOut(
        _ group: ChangeGroup, _ taken: inout [ChangeGroup.Waiting], in transaction: ChangeTransaction,
        _ finished: inout [ChangeGroup.Finish]
    ) throws {
        try transaction.database.inTransaction(.immediate) {
            let begin = ContinuousClock.now
            while finished.count < ChangeGroup.most,
                finished.count < max(1, taken.count) || ContinuousClock.now - begin < ChangeGroup.longest
            {
                if finished.count == taken.count {
                    guard let next = group.next() else { break }
                    taken.append(next)
                }
                finished.append(try taken[finished.count].carryOut(transaction))
            }
            if let checkpoint = try transaction.log.close(in: home) { transaction.checkpoint = checkpoint }
            return .commit
        }
        if let checkpoint = transaction.checkpoint { publish(checkpoint) }
    }
}

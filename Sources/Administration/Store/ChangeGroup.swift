import GRDB
import Synchronization

/// Changes that wait at the same time, to be made durable together: a commit costs the disk the same for one as for many.
final class ChangeGroup: Sendable {
    /// Tells who waits what became of it; with an error if nothing of the group was stored.
    typealias Finish = @Sendable ((any Error)?) -> Void

    struct Waiting: Sendable {
        /// Does it in the open transaction, maybe more than once, each time after what it did was undone. It throws only if that
        /// transaction is lost with everything in it.
        let carryOut: @Sendable (ChangeTransaction) throws -> Finish
        /// Tells who waits that it was not done.
        let fail: Finish
    }

    /// The most changes of one commit.
    static let most = 64
    /// How long a group takes in more: other processes wait for the lock meanwhile.
    static let longest = Duration.milliseconds(25)

    private struct State {
        var waiting: [Waiting] = []
        /// How many of them were taken.
        var taken = 0
        var isRunning = false
    }

    private let state = Mutex(State())

    /// Adds one at the end.
    ///
    /// - Returns: whether somebody must begin to carry out what waits.
    func add(_ waiting: Waiting) -> Bool {
        state.withLock { state in
            state.waiting.append(waiting)
            defer { state.isRunning = true }
            return !state.isRunning
        }
    }

    /// Takes the first one; nil if nothing waits.
    func next() -> Waiting? {
        state.withLock { state in
            guard state.taken < state.waiting.count else { return nil }
            let next = state.waiting[state.taken]
            state.taken += 1
            if state.taken == state.waiting.count { (state.waiting, state.taken) = ([], 0) }
            return next
        }
    }

    /// Whether something waits; if not, whoever adds the next one begins anew.
    func goesOn() -> Bool {
        state.withLock { state in
            if state.waiting.isEmpty { state.isRunning = false }
            return state.isRunning
        }
    }
}

/// What the changes of one transaction have in common. Nothing of it outlives the transaction.
final class ChangeTransaction {
    /// A change failed after it had written something, and nothing was done to undo it alone: the transaction is rolled back, and
    /// carried out again in steps.
    struct NeedsSteps: Error {}

    let database: Database
    let opened: OpenedKeys
    /// What its changes have read.
    let memo: ReaderMemo
    private let count = RowCount()
    let log = SharedAuditLog()
    /// The checkpoint of the audit log after the last change that had something to record, once it is signed.
    var checkpoint: String?
    /// Whether each change can be undone by itself. SQLite then keeps every page that a change touches as it was, which takes as
    /// long as the change; and almost no change fails that has begun to write.
    private let isInSteps: Bool

    init(_ database: Database, isInSteps: Bool) {
        (self.database, self.isInSteps) = (database, isInSteps)
        (opened, memo) = (OpenedKeys(count), ReaderMemo(count))
    }

    /// Does something of which nothing is left in the database if it throws.
    ///
    /// - Throws: ``NeedsSteps`` if something would be left.
    func undoingFailure<Result>(_ body: () throws -> Result) throws -> Result {
        guard !isInSteps else { return try undoingStep(body) }
        let changes = database.totalChangesCount
        let result: Result
        do { result = try body() } catch {
            guard database.isInsideTransaction, database.totalChangesCount != changes else { throw error }
            throw NeedsSteps()
        }
        guard database.isInsideTransaction else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
        return result
    }

    /// To prepare such statements takes as long as to carry several out, so they are prepared once.
    private func undoingStep<Result>(_ body: () throws -> Result) throws -> Result {
        try database.cachedStatement(sql: "SAVEPOINT change").execute()
        let result: Result
        do { result = try body() } catch {
            count.countUndoing()
            // What was wrong may have ended the whole transaction already.
            guard database.isInsideTransaction else { throw error }
            do {
                try database.cachedStatement(sql: "ROLLBACK TRANSACTION TO SAVEPOINT change").execute()
                try database.cachedStatement(sql: "RELEASE SAVEPOINT change").execute()
            } catch {
                // What cannot be undone by itself takes everything with it.
                try? database.rollback()
            }
            throw error
        }
        try database.cachedStatement(sql: "RELEASE SAVEPOINT change").execute()
        return result
    }
}

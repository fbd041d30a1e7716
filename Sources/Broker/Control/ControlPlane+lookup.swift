import Authorization
import NIOCore
import NKeys

/// Questions to other services of the system account for accounts that the resolver's folder does not have.
struct AccountLookups {
    fileprivate struct Lookup {
        let account: PublicKey
        let promise: EventLoopPromise<ResolvedAccount?>
        let timer: Scheduled<Void>
        /// Where the answers are awaited, and how many may still come; nil until the question is out.
        var reply: [UInt8]?
        var missing: Int?
    }

    /// Most that are open at a time: an account that is asked for beyond that is as good as not to be had.
    static let most = 1024
    /// Most answers to one question that are looked at.
    static let mostAnswers = 16
    /// Most accounts that are known to be nowhere, and for how long that is believed, nanoseconds: a client that keeps on
    /// trying asks nobody again and again, and an account that comes to be is found.
    static let mostAbsent = 4096
    static let memory: Int64 = 1_000_000_000

    fileprivate var open: [UInt64: Lookup] = [:]
    fileprivate var numbers: [PublicKey: UInt64] = [:]
    fileprivate var last: UInt64 = 0
    /// Until when, monotonic nanoseconds.
    private var absent: [PublicKey: Int64] = [:]

    /// Whether an account was looked for in vain just now.
    func isAbsent(_ account: PublicKey, now: Int64) -> Bool {
        absent[account].map { now < $0 } ?? false
    }

    mutating func noteAbsent(_ account: PublicKey, now: Int64) {
        if absent.count >= Self.mostAbsent { absent = absent.filter { now < $0.value } }
        guard absent.count < Self.mostAbsent else { return }
        absent[account] = now.addingSaturating(Self.memory)
    }

    /// It has come in another way.
    mutating func forgetAbsence(of account: PublicKey) {
        absent[account] = nil
    }
}

// An account that is not in the folder may be had from others: from a directory service that listens to
// `$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP` in the system account, as other servers with a resolver do. Its answer is worth as
// much as an update: it is kept and used only if a trusted operator signed it, for the account that was asked for, and it is
// not older than what is known.
extension ControlPlane {
    /// Asks for an account. What comes of it is known after the resolver's `timeout` at the latest.
    func lookUp(_ account: PublicKey) -> EventLoopFuture<ResolvedAccount?> {
        guard case .folder(let folder) = context.resolver, let first = shards.first, !isStopping, !isDeleted(account),
            !lookups.isAbsent(account, now: context.monotonicNow)
        else { return eventLoop.makeSucceededFuture(nil) }
        if let open = lookups.numbers[account].flatMap({ lookups.open[$0] }) { return open.promise.futureResult }
        guard lookups.open.count < AccountLookups.most else {
            context.environment.log(.warning, "account \(account) is not asked for: too many are already")
            return eventLoop.makeSucceededFuture(nil)
        }
        lookups.last += 1
        let number = lookups.last
        let patience = TimeAmount.nanoseconds(folder.configuration.fetchTimeout.nanoseconds)
        let timer = eventLoop.assumeIsolated().scheduleTask(in: patience) { [self] in endLookup(number, nil) }
        let promise = eventLoop.makePromise(of: ResolvedAccount?.self)
        lookups.open[number] = AccountLookups.Lookup(account: account, promise: promise, timer: timer)
        lookups.numbers[account] = number
        first.post(.question { $0.lookUp(account, number) })
        return promise.futureResult
    }

    /// An account that was deleted here comes back by an update alone.
    private func isDeleted(_ account: PublicKey) -> Bool {
        numbers[.key(account)].map { tenants[$0].state.wasDeleted } ?? fetches.deleted.contains(account)
    }

    /// The question is out.
    ///
    /// - Parameter receivers: how many have got it.
    fileprivate func noteAsked(_ number: UInt64, _ receivers: Int, reply: [UInt8]) {
        guard lookups.open[number] != nil else { return closeInbox(reply) }
        lookups.open[number]?.reply = reply
        lookups.open[number]?.missing = min(receivers, AccountLookups.mostAnswers)
        if receivers == 0 { endLookup(number, nil) }
    }

    /// Somebody has answered. Whoever has nothing says so with an empty message, which ends the waiting only if all have
    /// answered: the next one may have it.
    ///
    /// - Parameter body: nil for an answer that is too large.
    func lookUpAnswered(_ number: UInt64, by body: [UInt8]?) {
        guard let lookup = lookups.open[number], case .folder(let folder) = context.resolver else { return }
        guard let body, !body.isEmpty, !isDeleted(lookup.account) else {
            if body == nil { complain(lookup.account, "it is too large") }
            return noteUseless(number)
        }
        let token = String(decoding: body, as: UTF8.self)
        keep(token, named: lookup.account.text, isForced: false, wasAskedFor: true, in: folder).assumeIsolated()
            .whenComplete { [self] outcome in
                switch outcome {
                case .success(.taken(let account, _)): endLookup(number, account)
                case .success(.skipped): noteUseless(number)
                case .success(.refused(_, let error)), .failure(let error):
                    complain(lookup.account, "\(error)")
                    noteUseless(number)
                }
            }
    }

    private func complain(_ account: PublicKey, _ fault: String) {
        context.environment.log(.warning, "account \(account): an answer from another service is not taken: \(fault)")
    }

    private func noteUseless(_ number: UInt64) {
        guard let missing = lookups.open[number]?.missing else { return }
        lookups.open[number]?.missing = missing - 1
        if missing <= 1 { endLookup(number, nil) }
    }

    private func endLookup(_ number: UInt64, _ found: ResolvedAccount?) {
        guard let lookup = lookups.open.removeValue(forKey: number) else { return }
        lookups.numbers[lookup.account] = nil
        lookup.timer.cancel()
        if let reply = lookup.reply { closeInbox(reply) }
        if found == nil { lookups.noteAbsent(lookup.account, now: context.monotonicNow) }
        lookup.promise.succeed(found)
    }

    private func closeInbox(_ reply: [UInt8]) {
        guard !isStopping else { return }
        shards.first?.post(.question { $0.inbox.close(reply) })
    }

    /// Nobody is waited for any more.
    func endLookups() {
        for number in Array(lookups.open.keys) { endLookup(number, nil) }
    }
}

extension Shard {
    /// Asks whoever listens in the system account for an account.
    fileprivate func lookUp(_ account: PublicKey, _ number: UInt64) {
        guard let systemAccount, !isStopping else { return }
        let reply = inbox.open(
            for: .lookup(number), account: systemAccount.number, answers: AccountLookups.mostAnswers)
        let subject = Array("$SYS.REQ.ACCOUNT.\(account.text).CLAIMS.LOOKUP".utf8)
        let composed = ComposedMessage(
            reply: reply.span, headerCount: 0, payload: [UInt8]().span, serial: nextSerial())
        let receivers = route(Origin(), in: systemAccount, subject: subject.span, composed.tail.span, composed.shape)
        endTurnSoon()
        control.execute { $0.noteAsked(number, receivers, reply: reply) }
    }
}

import Authorization
import Claims
import NIOCore
import NKeys

// Changing accounts while the server runs, by the system account's protocol.

extension ControlPlane {
    /// Takes an account JWT. Trust is checked before anything is kept (rule S8), and nothing rolls an account back to
    /// older claims (rule S14).
    ///
    /// - Parameters:
    ///   - named: the account that the request names; the JWT has to be that account's. Nil where it names none.
    ///   - isForced: whether the sender insists, which overrides times of issue, and nothing else.
    ///   - answer: gets the answer's JSON, when the JWT is in force on every shard or was refused.
    func updateClaims(
        _ body: [UInt8], named: String?, isForced: Bool, answer: @escaping (String) -> Void
    ) {
        let token = String(decoding: body, as: UTF8.self)
        guard case .folder(let folder) = context.resolver else {
            if body.isEmpty, let named { return answer(failure(of: named, "jwt update error - request body is empty")) }
            let outcome = Result { try checked(token, named: named, isForced: isForced) }
            return conclude(outcome, named: named, answer: answer)
        }
        keep(token, named: named, isForced: isForced, in: folder).assumeIsolated().whenComplete { [self] outcome in
            conclude(outcome, named: named, answer: answer)
        }
    }

    /// What became of an update.
    enum UpdateOutcome: Sendable {
        case taken(ResolvedAccount, ClaimsUpdate.Verdict)
        /// A cache does not keep what nobody here uses.
        case skipped(PublicKey)
        case refused(PublicKey, any Error)
    }

    private func checked(_ token: String, named: String?, isForced: Bool) throws -> UpdateOutcome {
        let resolved = try Self.decoded(token)
        do {
            let verdict = try ClaimsUpdate.check(
                resolved, named: named, stored: state(.key(resolved.key))?.resolved, trust: context.trust,
                at: context.environment.moment().seconds, isForced: isForced)
            return .taken(resolved, verdict)
        } catch {
            return .refused(resolved.key, error)
        }
    }

    private static func decoded(_ token: String) throws(ClaimsUpdateRefusal) -> ResolvedAccount {
        do { return try ResolvedAccount(token: token) } catch { throw .undecodable("\(error)") }
    }

    /// Reads a JWT, then checks it and writes it into the folder, which is one step for all others who read or write there.
    ///
    /// - Parameter wasAskedFor: whether somebody here needs the account, so that a cache keeps it.
    func keep(
        _ token: String, named: String?, isForced: Bool, wasAskedFor: Bool = false, in folder: FolderResolver
    ) -> EventLoopFuture<UpdateOutcome> {
        let (trust, now) = (context.trust, context.environment.moment().seconds)
        return folder.run(on: eventLoop) { _ in try Self.decoded(token) }.assumeIsolated()
            .flatMap { [self] resolved in
                let held = state(.key(resolved.key))?.resolved
                return folder.run(on: eventLoop) { store in
                    do {
                        let stored = try store.load(resolved.key, now: now).flatMap { try? ResolvedAccount(token: $0) }
                        let verdict = try ClaimsUpdate.check(
                            resolved, named: named, stored: stored ?? held, trust: trust, at: now,
                            isForced: isForced)
                        if folder.configuration.kind == .cache, !wasAskedFor, stored == nil, held == nil {
                            return .skipped(resolved.key)
                        }
                        _ = try store.save(token, of: resolved.key, now: now)
                        return .taken(resolved, verdict)
                    } catch {
                        return .refused(resolved.key, error)
                    }
                }
            }.nonisolated()
    }

    private func conclude(
        _ outcome: Result<UpdateOutcome, any Error>, named: String?, answer: @escaping (String) -> Void
    ) {
        let words = updateWords
        switch outcome {
        case .success(.skipped(let key)):
            answer(updateAnswer(key.text, words.skipped))
        case .success(.taken(let resolved, let verdict)):
            note(verdict, of: resolved)
            fetches.deleted.remove(resolved.key)
            lookups.forgetAbsence(of: resolved.key)
            // What is in the folder alone is read when somebody needs it; a fetch that runs may have read it before.
            guard numbers[.key(resolved.key)] != nil || fetches.isRunning || !context.resolver.canFetch else {
                return answer(updateAnswer(resolved.key.text, words.done))
            }
            put([.token(resolved)]) { [self] cut in
                context.environment.log(
                    .info,
                    "account \(resolved.key) (\(resolved.claims.name)): JWT updated to \(resolved.version), "
                        + "which ended \(cut) connections")
                answer(updateAnswer(resolved.key.text, words.done))
            }
        case .success(.refused(let key, let error)):
            answer(refusal(of: named ?? key.text, error))
        case .failure(let error):
            // What cannot be read is nobody's, where JWTs are kept in full.
            answer(refusal(of: words.namesUnreadable ? named ?? "n/a" : "n/a", error))
        }
    }

    /// nats-server's words for what became of an update, which depend on where JWTs are kept.
    private struct UpdateWords {
        var done = "jwt updated"
        let skipped = "jwt update cache skipped"
        var invalid = "jwt validation failed"
        var refused = "jwt update resulted in error"
        var namesUnreadable = true

        static let cache = UpdateWords(
            done: "jwt updated cache", invalid: "jwt update cache validation failed",
            refused: "jwt update cache resulted in error")
    }

    private var updateWords: UpdateWords {
        guard case .folder(let folder) = context.resolver else { return UpdateWords() }
        return folder.configuration.kind == .cache ? .cache : UpdateWords(namesUnreadable: false)
    }

    /// What goes against the order of issue is noted.
    private func note(_ verdict: ClaimsUpdate.Verdict, of resolved: ResolvedAccount) {
        switch verdict {
        case .unchanged, .newer: break
        case .sameTime:
            context.environment.log(
                .info, "account \(resolved.key): \(resolved.version) was issued in the same second as the JWT before it"
            )
        case .forced(let refusal):
            context.environment.log(.warning, "account \(resolved.key): \(resolved.version) is forced: \(refusal)")
        }
    }

    private func refusal(of account: String, _ error: any Error) -> String {
        context.environment.log(.warning, "account \(account): JWT refused: \(error)")
        let isRule = if case ClaimsUpdateRefusal.invalid = error { true } else { false }
        let words = updateWords
        return failure(of: account, "\(isRule ? words.invalid : words.refused) - \(error)")
    }

    func updateAnswer(_ account: String, _ message: String) -> String {
        var data = JSONText()
        data.add("account", account)
        data.add("code", UInt64(200))
        data.add("message", message)
        return self.answer(data: data)
    }

    private func answer(data: JSONText) -> String {
        var answer = JSONText()
        answer.add("server", serverMember())
        answer.add("data", data)
        return answer.text
    }

    func failure(of account: String?, _ description: String) -> String {
        var failure = JSONText()
        if let account { failure.add("account", account) }
        failure.add("code", UInt64(500))
        failure.add("description", description)
        var answer = JSONText()
        answer.add("server", serverMember())
        answer.add("error", failure)
        return answer.text
    }

    // MARK: Looking

    /// The account JWT that is kept, or where none is, that is in force; or nothing.
    func lookUpClaims(of name: String?, answer: @escaping (String) -> Void) {
        guard let key = name.flatMap({ try? PublicKey($0) }) else { return answer("") }
        guard case .folder(let folder) = context.resolver else {
            return answer(state(.key(key))?.resolved?.token ?? "")
        }
        let now = context.environment.moment().seconds
        folder.run(on: eventLoop) { try $0.load(key, now: now) }.assumeIsolated().whenComplete { outcome in
            answer((try? outcome.get()) ?? "")
        }
    }

    /// The accounts that are kept, or where nothing is, that are held.
    func listClaims(answer: @escaping (String) -> Void) {
        guard case .folder(let folder) = context.resolver else {
            return answer(listAnswer(numbers.keys.filter { state($0) != nil }.compactMap(\.key)))
        }
        folder.run(on: eventLoop) { $0.accounts }.assumeIsolated().whenComplete { [self] outcome in
            answer(listAnswer((try? outcome.get()) ?? []))
        }
    }

    private func listAnswer(_ accounts: [PublicKey]) -> String {
        var answer = JSONText()
        answer.add("server", serverMember())
        answer.add("data", accounts.sorted().map(\.text))
        return answer.text
    }

    /// Gives another server all account JWTs, if it does not have the same: one message each, and an empty one at the end.
    func packClaims(for digest: [UInt8], answer: @escaping (_ text: String, _ isLast: Bool) -> Void) {
        guard case .folder(let folder) = context.resolver else { return }
        folder.run(on: eventLoop) { $0.pack(for: digest) }.assumeIsolated().whenComplete { outcome in
            for (account, token) in (try? outcome.get()) ?? [] { answer("\(account)|\(token)", false) }
            answer("", true)
        }
    }

    // MARK: Deleting

    /// Deletes accounts for good, if an operator asks for it.
    func deleteClaims(_ body: [UInt8], answer: @escaping (String) -> Void) {
        guard case .folder(let folder) = context.resolver else { return }
        let accounts: [PublicKey]
        let token = String(decoding: body, as: UTF8.self)
        // Only a public key is repeated.
        let sender = (try? GenericClaims.decode(token)).flatMap { try? PublicKey($0.subject).text } ?? ""
        let failed = "delete accounts request by \(sender) failed"
        do throws(ClaimsDeletionRefusal) {
            guard folder.configuration.deletion != .refused else { throw .disabled }
            accounts = try deletions.accept(token, trust: context.trust, at: context.environment.moment().seconds)
        } catch {
            context.environment.log(.warning, "accounts were not deleted: \(error)")
            return answer(failure(of: nil, "\(failed) - \(error)"))
        }
        // What is read or comes in of them from now on counts for nothing.
        fetches.deleted.formUnion(accounts)
        fetches.removals += 1
        let keepsCopy = folder.configuration.deletion == .rename
        let removal = folder.run(on: eventLoop) { store in
            for account in accounts { _ = try store.delete(account, keepsCopy: keepsCopy) }
        }
        removal.assumeIsolated().whenComplete { [self] outcome in
            delete(accounts) { [self] cut in
                fetches.removals -= 1
                if !fetches.isRunning { fetches.deleted = [] }
                context.environment.log(
                    .info, "deleted accounts \(accounts.map(\.text)), which ended \(cut) connections")
                switch outcome {
                case .success: answer(deletionAnswer(accounts.count))
                case .failure(let error): answer(failure(of: nil, "\(failed) - \(error)"))
                }
            }
        }
    }

    private func deletionAnswer(_ count: Int) -> String {
        var data = JSONText()
        data.add("code", UInt64(200))
        data.add("message", "deleted \(count) accounts")
        return answer(data: data)
    }
}

import Authorization
import NIOCore
import NKeys

// What an account JWT has no field for: Chancery's settings of an account, which an operator signs. Until some arrive an
// account is as on nats-server.

extension ControlPlane {
    /// Takes the settings that were kept when the broker last ran.
    func takeKeptSettings() {
        guard case .folder(let folder) = context.resolver else { return }
        let log = context.environment.log
        let kept = try? folder.runNow { store in store.settings { log(.warning, "\($0): passed over") } }
        for each in kept ?? [] where each.account.kind == .account {
            settings[each.account] = each
            context.decisions.put(each)
        }
    }

    /// The settings of an account, if their signer is trusted now.
    func trustedSettings(of account: AccountIdentity) -> ResolvedSettings? {
        guard let key = account.key, let settings = settings[key], context.trust.accepts(settings.claims, of: key)
        else { return nil }
        return settings
    }

    /// Takes settings, as account JWTs are taken: signed by a trusted operator, and none older than those in force
    /// (rules S8 and S14).
    ///
    /// - Parameters:
    ///   - isForced: whether the sender insists, which overrides times of issue, and nothing else.
    ///   - answer: gets the answer's JSON, when the settings are in force on every shard or were refused.
    func updateSettings(_ body: [UInt8], isForced: Bool, answer: @escaping (String) -> Void) {
        let received: ResolvedSettings
        do {
            received = try ResolvedSettings(token: String(decoding: body, as: UTF8.self))
        } catch {
            return answer(refusal("n/a", error))
        }
        do throws(ClaimsUpdateRefusal) {
            let verdict = try SettingsUpdate.check(
                received, stored: settings[received.account], trust: context.trust,
                at: context.environment.moment().seconds, isForced: isForced)
            note(verdict, of: received)
        } catch {
            return answer(refusal(received.account.text, error))
        }
        // At once, so that of two that come one after the other the second is compared with the first.
        let former = settings.updateValue(received, forKey: received.account)
        guard case .folder(let folder) = context.resolver else { return put(received, answer: answer) }
        folder.run(on: eventLoop) { try $0.save(received) }.assumeIsolated().whenComplete { [self] outcome in
            switch outcome {
            case .success: put(received, answer: answer)
            case .failure(let error):
                if settings[received.account]?.version == received.version { settings[received.account] = former }
                answer(refusal(received.account.text, error))
            }
        }
    }

    private func put(_ received: ResolvedSettings, answer: @escaping (String) -> Void) {
        context.decisions.put(received)
        let text = received.account.text
        guard let state = state(.key(received.account)) else { return answer(updateAnswer(text, "settings updated")) }
        put([state.definition]) { [self] _ in
            context.environment.log(.info, "account \(text): settings updated to \(received.version)")
            answer(updateAnswer(text, "settings updated"))
        }
    }

    private func note(_ verdict: ClaimsUpdate.Verdict, of received: ResolvedSettings) {
        switch verdict {
        case .unchanged, .newer: break
        case .sameTime:
            context.environment.log(
                .info,
                "settings of \(received.account): \(received.version) was issued in the same second as those before")
        case .forced(let refusal):
            context.environment.log(
                .warning, "settings of \(received.account): \(received.version) is forced: \(refusal)")
        }
    }

    private func refusal(_ account: String, _ error: any Error) -> String {
        context.environment.log(.warning, "account \(account): settings refused: \(error)")
        return failure(of: account, "settings update resulted in error - \(error)")
    }
}

import Authorization
import Claims
import NKeys

// Changing accounts while the server runs, by the system account's protocol.

extension ControlPlane {
    /// Takes an account JWT. Trust is checked before anything is kept (rule S8), and nothing rolls an account back to
    /// older claims (rule S14).
    ///
    /// - Parameters:
    ///   - subject: the subject of the request; where it names an account, the JWT has to be that account's.
    ///   - answer: gets the answer's JSON, when the JWT is in force on every shard or was refused.
    func updateClaims(_ body: [UInt8], subject: [UInt8], answer: @escaping (String) -> Void) {
        var account = "n/a"
        do {
            let resolved: ResolvedAccount
            do {
                resolved = try ResolvedAccount(token: String(decoding: body, as: UTF8.self))
            } catch {
                throw ClaimsUpdateRefusal.undecodable("\(error)")
            }
            let named = Self.accountToken(of: subject)
            account = named ?? resolved.key.text
            _ = try ClaimsUpdate.check(
                resolved, named: named, stored: state(.key(resolved.key))?.resolved, trust: context.trust,
                at: context.environment.moment().seconds)
            put(.token(resolved)) { [self, account] cut in
                context.environment.log(
                    .info,
                    "account \(resolved.key) (\(resolved.claims.name)): JWT updated to \(resolved.version), "
                        + "which ended \(cut) connections")
                answer(updateAnswer(account))
            }
        } catch {
            context.environment.log(.warning, "account \(account): JWT refused: \(error)")
            let isRule = if case ClaimsUpdateRefusal.invalid = error { true } else { false }
            answer(
                updateFailure(
                    account, isRule ? "jwt validation failed - \(error)" : "jwt update resulted in error - \(error)"))
        }
    }

    /// The account that a request subject names: the fourth token of `$SYS.REQ.ACCOUNT.<key>.…`, the third of
    /// `$SYS.ACCOUNT.<key>.…`.
    private static func accountToken(of subject: [UInt8]) -> String? {
        let tokens = subject.split(separator: UInt8(ascii: "."))
        let isRequest = tokens.count > 1 && tokens[1].elementsEqual("REQ".utf8)
        guard let place = tokens.firstIndex(where: { $0.elementsEqual("ACCOUNT".utf8) }), place == (isRequest ? 2 : 1),
            place + 1 < tokens.count
        else { return nil }
        return String(decoding: tokens[place + 1], as: UTF8.self)
    }

    private func updateAnswer(_ account: String) -> String {
        var data = JSONText()
        data.add("account", account)
        data.add("code", UInt64(200))
        data.add("message", "jwt updated")
        var answer = JSONText()
        answer.add("server", serverMember())
        answer.add("data", data)
        return answer.text
    }

    private func updateFailure(_ account: String, _ description: String) -> String {
        var failure = JSONText()
        failure.add("account", account)
        failure.add("code", UInt64(500))
        failure.add("description", description)
        var answer = JSONText()
        answer.add("server", serverMember())
        answer.add("error", failure)
        return answer.text
    }

    /// The account JWT in force, or nothing.
    func lookUpClaims(subject: [UInt8]) -> String {
        guard let name = Self.accountToken(of: subject), let key = try? PublicKey(name) else { return "" }
        return state(.key(key))?.resolved?.token ?? ""
    }

    func listClaims() -> String {
        var answer = JSONText()
        answer.add("server", serverMember())
        answer.add("data", numbers.keys.compactMap(\.key).sorted().map(\.text))
        return answer.text
    }
}

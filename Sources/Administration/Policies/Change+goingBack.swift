import Claims
import NKeys
import Policy

extension Change {
    /// Where an undo goes: what was before a run, with activations that count. What the run signed for others, and what was
    /// before does not grant, is revoked; and what it revoked and was granted before is signed anew, since revocations
    /// stay.
    func goingBack(_ run: PolicyRun, of entry: OperatorEntry) throws -> GovernedStates {
        var target = run.before
        let finder = try WithdrawalFinder(self, of: entry)
        let sources = SourceFinder(reader, [:])
        for (key, state) in target.accounts {
            guard let account = try EntityReference(key).publicKey.flatMap({ try reader.accountEntry($0) }),
                let policy = state.texts.flatMap({ sources.set($0)?.account(state.name)?.policy })
            else { continue }
            let granted = try [reader.presentState(of: account), run.target.accounts[key] ?? state]
                .flatMap { sources.grants(of: $0) }
            let withdrawn = try finder.withdrawn(
                by: account.publicKey, before: account.claims(), to: exports(of: account, in: state), policy: policy,
                granted: granted)
            target.accounts[key]?.withdrawn = withdrawn.isEmpty ? nil : withdrawn
        }
        for key in target.accounts.keys { try renewActivations(of: key, in: &target, sources) }
        return target
    }

    /// The exports of a state, with what is revoked now.
    private func exports(of account: AccountEntry, in state: GovernedState) throws -> [Export] {
        let present = try account.claims()
        var claims = try state.accountClaims(subject: account.publicKey.text)
        for index in claims.exports.indices {
            claims.exports[index].revocations = present.revocations(for: claims.exports[index])
        }
        claims.revoke(state.withdrawn ?? [])
        return claims.exports
    }

    private func renewActivations(of key: String, in target: inout GovernedStates, _ sources: SourceFinder) throws {
        guard var state = target.accounts[key], state.claims != nil,
            let importer = try EntityReference(key).publicKey.flatMap({ try reader.accountEntry($0) })
        else { return }
        var claims = try state.accountClaims(subject: key)
        var isChanged = false
        for index in claims.imports.indices {
            let item = claims.imports[index]
            guard let exporter = target.accounts[item.account], let old = try? ActivationClaims.decode(item.token),
                let account = try EntityReference(item.account).publicKey.flatMap({ try reader.accountEntry($0) })
            else { continue }
            let doors = ConsentFinder.privateOnes(item, among: try exports(of: account, in: exporter))
            let grants = sources.grants(of: exporter)
            let isGranted = doors.allSatisfy { door in
                guard let part = SubjectCover.intersection(door.subject, item.subject) else { return false }
                return grants.contains { $0.covers(part, item.type, for: state.name) }
            }
            guard doors.contains(where: { $0.isRevoked(old) }), isGranted, old.expires == 0 || old.expires > now,
                // What somebody revoked by hand stays revoked.
                try !ConsentFinder.privateOnes(item, among: account.claims().exports).contains(where: {
                    try isRevokedByHand(old, at: $0, of: account)
                })
            else { continue }
            claims.imports[index].token = try signActivation(
                item, by: account, doors, for: importer, until: old.expires == 0 ? nil : old.expires)
            isChanged = true
        }
        guard isChanged else { return }
        do { state.claims = try claims.json() } catch {
            throw AdministrationError(.invalidClaims, error.message, remedy: error.remedy)
        }
        target.accounts[key] = state
    }
}

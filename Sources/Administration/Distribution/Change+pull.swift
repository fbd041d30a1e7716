import Claims
public import NKeys

/// What became of one account that servers sent.
public struct PullOutcome: Sendable, Hashable {
    /// What happened to it.
    public enum Result: Sendable, Hashable {
        /// It is new in the directory.
        case added
        /// It replaced an earlier token.
        case changed
        /// It was here already.
        case unchanged
        /// It was left out, for the reason given.
        case refused(String)
    }

    /// The account's name as its token says it, or its key.
    public let name: String
    /// The account's key.
    public let publicKey: PublicKey
    /// What happened.
    public let result: Result
}

extension Change {
    /// Takes in what servers have of an operator's accounts.
    ///
    /// What is wrong with one account leaves it out, and no other. Nothing is ever deleted.
    ///
    /// - Parameters:
    ///   - tokens: the tokens, by account.
    ///   - overwritingNewer: whether they replace tokens here of a later date.
    public func pull(
        _ tokens: [PublicKey: String], of entry: OperatorEntry, overwritingNewer: Bool
    ) throws -> [PullOutcome] {
        try tokens.sorted { $0.key < $1.key }.map { key, text in
            do {
                return try pull(text, key, of: entry, overwritingNewer: overwritingNewer)
            } catch let error as AdministrationError where error.code != .storageFailed {
                return PullOutcome(name: key.text, publicKey: key, result: .refused(error.message))
            }
        }
    }

    private func pull(
        _ text: String, _ key: PublicKey, of entry: OperatorEntry, overwritingNewer: Bool
    ) throws -> PullOutcome {
        let token = try Self.decoded(text)
        guard case .account(let claims) = token.claims, claims.subject == key.text else {
            throw AdministrationError(.invalidValue, "the token is not that of the account")
        }
        func outcome(_ result: PullOutcome.Result) -> PullOutcome {
            PullOutcome(name: claims.name, publicKey: key, result: result)
        }
        guard try entry.claims().didSign(claims) else {
            return outcome(.refused("it is signed by \(claims.issuer), which is no key of the operator"))
        }
        let existing = try reader.accountEntry(key)
        if let existing {
            guard existing.operator == entry.publicKey else {
                return outcome(.refused("it belongs to another operator of this directory"))
            }
            switch try AccountComparison(here: existing.token, there: text) {
            case .same: return outcome(.unchanged)
            case .newer:
                guard overwritingNewer else {
                    return outcome(.refused("the token here is later: push it, or replace it with --overwrite-newer"))
                }
            default: break
            }
        }
        try checkDate(token, isForced: overwritingNewer)
        let name = try EntityName.checked(claims.name, for: "an account")
        if let other = try reader.findAccount(EntityReference(name), of: entry), other.publicKey != key {
            return outcome(.refused("another account here has the name \"\(name)\""))
        }
        try put(claims, key, of: entry, take(token, scope: entry.publicKey))
        return outcome(existing == nil ? .added : .changed)
    }

    /// Signs a request to all servers to delete accounts.
    public func deletionRequest(_ accounts: [PublicKey], at place: Place) throws -> String {
        let entry = try reader.operator(at: place)
        let signer = try signer(of: entry, .automatic)
        // Servers insist that the request names the key that signed it as its subject.
        var claims = GenericClaims(subject: signer.publicKey.text)
        claims.name = "delete accounts"
        claims.data["accounts"] = .array(accounts.map { .string($0.text) })
        claims.expires = now + 120
        return try issue(claims, scope: entry.publicKey, signer: signer).text
    }
}

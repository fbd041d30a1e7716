import Authorization
import Claims
import NKeys
import Secrets

/// A server with users of its own configuration: each test adds what it is about and sees who comes in.
struct LocalWorld {
    var trust = Trust(operators: [])
    var facts = ConnectionFacts(address: NetworkAddress("10.1.2.3"), nonce: Array("abcdefghijklmno".utf8))
    let now = Moment(seconds: 1_000_000) { _ in 43_200 }

    init(_ users: LocalUser...) {
        for user in users { trust.local.add(user) }
    }

    static func stated(_ text: String) -> StatedPassword { StatedPassword(Secret(copying: Array(text.utf8))) }

    /// Signs in, comparing passwords as a listener would.
    func admit(_ credentials: PresentedCredentials, password: String = "") -> Admission.Step {
        var admission = Admission(credentials, facts: facts, trust: trust)
        let step = admission.start(at: now)
        guard case .needs(.password(let check)) = step else { return step }
        let isRight = check.stated.matches(Secret(copying: Array(password.utf8)))
        return admission.resume(passwordIsRight: isRight, at: now)
    }

    func refusal(_ credentials: PresentedCredentials, password: String = "") -> Refusal? {
        if case .refused(let refusal) = admit(credentials, password: password) { return refusal }
        return nil
    }

    func principal(_ credentials: PresentedCredentials, password: String = "") -> Principal? {
        if case .admitted(let principal) = admit(credentials, password: password) { return principal }
        return nil
    }

    func login(_ name: String, _ password: String) -> Refusal? {
        refusal(PresentedCredentials(user: name, hasPassword: !password.isEmpty), password: password)
    }
}

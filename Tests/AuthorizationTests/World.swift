import Authorization
import Claims
import NKeys
import Testing

/// One operator, one account, one user, with real keys: each test changes one thing and sees the reason for it.
struct World {
    let operatorKey = KeyPair.generate(.operator)
    let accountKey = KeyPair.generate(.account)
    let signingKey = KeyPair.generate(.account)
    let userKey = KeyPair.generate(.user)
    var operatorClaims: OperatorClaims
    var account: AccountClaims
    var user: UserClaims
    var facts = ConnectionFacts(address: NetworkAddress("10.1.2.3"), nonce: Array("abcdefghijklmno".utf8))
    var now: Int64 = 1_000_000
    /// Seconds since midnight, wherever one asks.
    var secondsOfDay: Int? = 12 * 3600
    var accountSigner: KeyPair
    var userSigner: KeyPair
    var presentsSignature = true

    init() {
        operatorClaims = OperatorClaims(subject: operatorKey.publicKey.text, name: "OP")
        account = AccountClaims(subject: accountKey.publicKey.text, name: "ACME")
        user = UserClaims(subject: userKey.publicKey.text, name: "alice")
        accountSigner = operatorKey
        userSigner = accountKey
    }

    /// Signs with the account's signing key instead of its identity, as a scoped or a plain one.
    mutating func useSigningKey(_ entry: (String) -> SigningKey) {
        account.setSigningKey(entry(signingKey.publicKey.text))
        user.issuerAccount = accountKey.publicKey.text
        userSigner = signingKey
    }

    var moment: Moment {
        let secondsOfDay = secondsOfDay
        return Moment(seconds: now) { _ in secondsOfDay }
    }

    /// Whom the server is pinned to, which proxies it trusts, and its other settings.
    var configure: (inout Trust) -> Void = { _ in }

    var trust: Trust {
        var trust = Trust(operators: [operatorClaims])
        configure(&trust)
        return trust
    }

    func resolved() throws -> ResolvedAccount {
        try ResolvedAccount(token: account.encode(signedBy: accountSigner, at: 1000))
    }

    func admit(
        token: String? = nil, signature: [UInt8]? = nil, account resolved: ResolvedAccount?? = nil
    ) throws -> Admission.Step {
        let token = try token ?? user.encode(signedBy: userSigner, at: 2000)
        let signature = try signature ?? userKey.sign(facts.nonce)
        let credentials = PresentedCredentials(
            token: token, signature: presentsSignature ? base64url(signature) : nil)
        var admission = Admission(credentials, facts: facts, trust: trust)
        let step = admission.start(at: moment)
        guard case .needs(.account(let key)) = step else { return step }
        #expect(key == accountKey.publicKey)
        return admission.resume(account: try resolved ?? self.resolved(), at: moment)
    }

    /// The user's token with any text as its issuer.
    func signed(issuer: String) throws -> String {
        var claims = user
        claims.issuer = issuer
        claims.issuedAt = 2000
        let header = base64url(Array(#"{"typ":"JWT","alg":"ed25519-nkey"}"#.utf8))
        let signed = header + "." + base64url(Array(try claims.json().utf8))
        return signed + "." + base64url(try userSigner.sign(Array(signed.utf8)))
    }

    /// Whether a token is refused before anybody asks for its account.
    func isRefusedAtOnce(_ token: String) throws -> Bool {
        let credentials = PresentedCredentials(token: token, signature: base64url(try userKey.sign(facts.nonce)))
        var admission = Admission(credentials, facts: facts, trust: trust)
        if case .refused = admission.start(at: moment) { return true }
        return false
    }

    func refusal() throws -> Refusal? {
        if case .refused(let refusal) = try admit() { return refusal }
        return nil
    }

    func principal() throws -> Principal {
        let step = try admit()
        guard case .admitted(let principal) = step else { throw Unexpected(step: "\(step)") }
        return principal
    }
}

struct Unexpected: Error {
    let step: String
}

func base64url(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    var text = ""
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
        bits = bits << 8 | UInt32(byte)
        count += 8
        while count >= 6 {
            count -= 6
            text.append(alphabet[Int(bits >> UInt32(count)) & 63])
        }
    }
    if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count)) & 63]) }
    return text
}

import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct PullTests {
    @Test func `what somebody else signed is left out, and the rest is taken in`() throws {
        let (test, elsewhere) = (TestDirectory(), TestDirectory())
        let directory = try test.opened(accounts: "A")
        let own = try directory.read { try $0.account(at: .account("A")) }
        let foreign = try elsewhere.opened(accounts: "X").read { try $0.account(at: .account("X")) }
        try directory.change("test") { try $0.deleteAccount(at: .account("A")) }
        let tokens = [
            own.publicKey: own.token, foreign.publicKey: foreign.token,
            KeyPair.generate(.account).publicKey: own.token, KeyPair.generate(.account).publicKey: "nonsense",
        ]
        let outcomes = try Self.pull(tokens, directory)
        #expect(outcomes.count { $0.result == .added } == 1)
        #expect(outcomes.first { $0.publicKey == own.publicKey }?.result == .added)
        #expect(try directory.read { try $0.accounts(of: $0.operator(nil)) } == [own])
    }

    @Test func `an earlier token replaces a later one only when that is said`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let early = try directory.read { try $0.account(at: .account("A")) }
        try directory.change("test") { try $0.editAccount(at: .account("A"), AccountEdits(), resigning: true) }
        let late = try directory.read { try $0.account(at: .account("A")) }
        let refused = try Self.pull([early.publicKey: early.token], directory)
        guard case .refused = refused[0].result else {
            Issue.record("\(refused)")
            return
        }
        #expect(try directory.read { try $0.account(at: .account("A")) } == late)
        let taken = try Self.pull([early.publicKey: early.token], directory, overwritingNewer: true)
        #expect(taken.map(\.result) == [.changed])
        #expect(try Self.pull([early.publicKey: early.token], directory).map(\.result) == [.unchanged])
        #expect(try Self.pull([late.publicKey: late.token], directory).map(\.result) == [.changed])
    }

    private static func pull(
        _ tokens: [PublicKey: String], _ directory: Directory, overwritingNewer: Bool = false
    ) throws -> [PullOutcome] {
        try directory.change("pull") { change in
            try change.pull(tokens, of: change.reader.operator(nil), overwritingNewer: overwritingNewer)
        }.value
    }

    @Test func `a request to delete names the key that signed it, and does not last`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let key = try directory.read { try $0.account(at: .account("A")).publicKey }
        let text = try directory.change("test") { try $0.deletionRequest([key], at: Place()) }.value
        let claims = try GenericClaims.decode(text)
        #expect(claims.issuer == claims.subject)
        #expect(try directory.claims(ofOperator: nil).subject == claims.issuer)
        #expect(claims.data["accounts"] == .array([.string(key.text)]))
        #expect(claims.expires == test.now + 120)
    }
}

import Claims
import Messaging
import NKeys
import Testing

@testable import Administration

@Suite struct PushFailureTests {
    private let taken = #"{"server":{"name":"n1"},"data":{"code":200,"message":"jwt updated"}}"#
    private let refused = #"{"server":{"name":"n1"},"error":{"code":500,"description":"delete must be enabled"}}"#

    private func outcome(_ answers: [String], refusal: String? = nil, isHeldBack: Bool = false) -> PushOutcome {
        var outcome = PushOutcome(
            name: "A", publicKey: KeyPair.generate(.account).publicKey, version: nil,
            answers: answers.map { ClaimsAnswer(payload: Array($0.utf8)) }, expected: 1, refusal: refusal)
        outcome.isHeldBack = isHeldBack
        return outcome
    }

    @Test func `success is no failure`() {
        #expect(AdministrationError(failed: [outcome([taken])]) == nil)
    }

    @Test func `a refusal is not to be tried again`() throws {
        let error = try #require(AdministrationError(failed: [outcome([taken]), outcome([refused])]))
        #expect(error.message == "1 account refused: delete must be enabled")
        #expect(error.remedy?.contains("push again") == false)
        let held = outcome([], refusal: "the servers have a later token", isHeldBack: true)
        #expect(AdministrationError(failed: [held])?.message == "1 account refused: the servers have a later token")
    }

    @Test func `silence is`() throws {
        let error = try #require(AdministrationError(failed: [outcome([]), outcome([], refusal: "no answer")]))
        #expect(error.message == "2 accounts did not reach every server")
        #expect(error.remedy?.contains("push again") == true)
    }

    @Test func `both are said`() throws {
        let error = try #require(AdministrationError(failed: [outcome([]), outcome([refused])]))
        #expect(error.message == "1 account did not reach every server, and 1 account refused: delete must be enabled")
    }

    @Test func `the system account that was named is signed in to`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", system: true)
        let signIn = try directory.change("test") {
            try $0.systemSignIn(at: Place(), to: EntityReference("A"), for: .pushing)
        }.value
        let issuer = try UserClaims.decode(signIn.token).issuer
        #expect(try issuer == directory.claims(ofAccount: "A").subject)
    }
}

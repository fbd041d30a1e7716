import TestSupport
import Testing

@Suite("Tokens that are nearly right") struct TokenFuzzTests {
    @Test("50,000 changed inputs keep every promise")
    func changedInputs() throws {
        let fault = try MutatedInputs.firstFault(of: "token", TokenInput.fault)
        #expect(fault == nil)
    }
}

import TestSupport
import Testing

@Suite("Servers' words that are nearly right") struct ServerFuzzTests {
    @Test("50,000 changed inputs keep every promise")
    func changedInputs() throws {
        let fault = try MutatedInputs.firstFault(of: "server", ServerInput.fault)
        #expect(fault == nil)
    }
}

import TestSupport
import Testing

@Suite("Commands that are nearly right") struct CommandFuzzTests {
    @Test("50,000 changed inputs keep every promise")
    func changedInputs() throws {
        let fault = try MutatedInputs.firstFault(of: "command", CommandInput.fault)
        #expect(fault == nil)
    }
}

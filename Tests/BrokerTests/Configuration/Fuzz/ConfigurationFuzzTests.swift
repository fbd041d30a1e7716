import TestSupport
import Testing

@Suite("Configurations that are nearly right") struct ConfigurationFuzzTests {
    @Test("50,000 changed inputs keep every promise")
    func changedInputs() throws {
        let fault = try MutatedInputs.firstFault(of: "configuration", ConfigurationInput.fault)
        #expect(fault == nil)
    }
}

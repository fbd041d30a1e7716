import TestSupport
import Testing

@Suite("Keys and seeds that are nearly right") struct KeyFuzzTests {
    @Test("50,000 changed inputs keep every promise")
    func changedInputs() throws {
        let fault = try MutatedInputs.firstFault(of: "nkey", KeyInput.fault)
        #expect(fault == nil)
    }
}

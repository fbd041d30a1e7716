import TestSupport
import Testing

@Suite("Queries that are nearly right") struct QueryFuzzTests {
    @Test("50,000 changed inputs keep every promise")
    func changedInputs() throws {
        let fault = try MutatedInputs.firstFault(of: "query", QueryInput.fault)
        #expect(fault == nil)
    }
}

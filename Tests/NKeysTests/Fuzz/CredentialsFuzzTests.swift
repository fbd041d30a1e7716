import TestSupport
import Testing

@Suite("Credentials files that are nearly right") struct CredentialsFuzzTests {
    @Test("50,000 changed inputs keep every promise")
    func changedInputs() throws {
        let fault = try MutatedInputs.firstFault(of: "credentials", CredentialsInput.fault)
        #expect(fault == nil)
    }
}

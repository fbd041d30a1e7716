import TestSupport
import Testing

@Suite("Frames that are nearly right") struct WebSocketFuzzTests {
    @Test("50,000 changed inputs keep every promise")
    func changedInputs() throws {
        let fault = try MutatedInputs.firstFault(of: "websocket", WebSocketInput.fault)
        #expect(fault == nil)
    }
}

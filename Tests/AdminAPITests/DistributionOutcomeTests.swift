import Administration
import Claims
import NKeys
import Testing

@testable import AdminAPI

@Suite struct DistributionOutcomeTests {
    private let account = KeyPair.generate(.account).publicKey

    private func server(_ name: String, _ state: DistributionOutcome.Server.State) -> DistributionOutcome.Server {
        DistributionOutcome.Server(server: name, account: account.text, state: state)
    }

    @Test func `A server that does not say whether connections are gone is no server that has the change`() {
        var outcome = DistributionOutcome(servers: [server("n1", .inForce)])
        #expect(outcome.isInForce)
        outcome.add([], of: account)
        #expect(outcome.servers[0].state == .silent && outcome.servers[0].connections == nil && !outcome.isInForce)
        #expect(
            outcome.objection
                == "this step did not reach every server: n1: the server did not say whether connections are gone")
    }

    @Test func `What an account of another change is asked for says nothing of this one`() {
        var outcome = DistributionOutcome(servers: [server("n1", .inForce)])
        outcome.add([], of: KeyPair.generate(.account).publicKey)
        #expect(outcome.isInForce)
    }

    @Test func `Why it is not in force is told of what is worst`() {
        #expect(DistributionOutcome(failure: "gone").objection == "this step did not reach the servers: gone")
        #expect(DistributionOutcome().objection == "this step did not reach any server")
        var lingering = server("n1", .lingering)
        lingering.detail = "2 connections that should be gone are still there"
        let outcome = DistributionOutcome(servers: [server("n0", .inForce), lingering, server("n2", .silent)])
        #expect(outcome.objection == "this step did not reach every server: n2: it did not answer")
        #expect(
            DistributionOutcome(servers: [lingering]).objection
                == "n1: 2 connections that should be gone are still there")
    }
}

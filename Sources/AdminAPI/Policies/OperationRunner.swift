import Administration
import Audit
import Claims
import NKeys

/// Carries applies and undos out, each step on every server before the next, while others ask how they do.
actor OperationRunner {
    private var running: Set<Int64> = []

    /// Goes on with a run, unless somebody here does.
    func start(_ id: Int64, _ service: AdminService) {
        guard running.insert(id).inserted else { return }
        Task {
            await Self.carryOut(id, service)
            await self.end(id, service)
        }
    }

    private func end(_ id: Int64, _ service: AdminService) async {
        running.remove(id)
        // Somebody may have asked to go on while it was on its way to stop.
        let state = try? await service.work { try $0.read { try $0.operationsToGoOnWith() } }
        guard state?.contains(id) == true else { return }
        try? await Task.sleep(for: .seconds(1))
        start(id, service)
    }

    private static func carryOut(_ id: Int64, _ service: AdminService) async {
        do {
            let found = try await service.work { try $0.read { try $0.policyOperation(id) } }
            guard let found else { return }
            let directory = service.directory.acting(as: AuditActor(found.actor))
            let applier = PolicyApplier(directory) { accounts, cuts in
                try await deliver(accounts, cuts, of: id, service, directory)
            }
            try await applier.carryOut(id)
        } catch {
            let words = (error as? AdministrationError)?.message ?? "the service failed"
            _ = try? await service.work { directory in
                try directory.change("policy: stopped") { try $0.stop(id, because: words) }
            }
        }
    }

    /// Brings a step to the servers, waits for the connections that end with it, and notes what each said.
    private static func deliver(
        _ accounts: [AccountEntry], _ cuts: [ConnectionCut], of id: Int64, _ service: AdminService,
        _ directory: Directory
    ) async throws {
        guard let distributor = service.distributor else { return }
        let outcome = await distributor.bringIntoForce(accounts.map(\.publicKey), forgetting: [], cutting: cuts)
        let states = states(outcome)
        try await service.work(in: directory) { directory in
            _ = try directory.change("policy: servers answered") { try $0.note(states, of: id) }
        }
        guard outcome.isInForce else {
            throw AdministrationError(.distributionFailed, outcome.objection, remedy: "resume the operation")
        }
    }

    /// Server by server, since a step may be about many accounts.
    private static func states(_ outcome: DistributionOutcome) -> [PolicyOperation.ServerState] {
        Dictionary(grouping: outcome.servers, by: \.server).sorted { $0.key < $1.key }.map { server, answers in
            let badness: [DistributionOutcome.Server.State] = [.refused, .silent, .lingering]
            let worst = badness.lazy.compactMap { bad in answers.first { $0.state == bad } }.first ?? answers.first
            let counts = answers.compactMap(\.connections)
            return PolicyOperation.ServerState(
                step: 0, server: server, state: worst?.state.rawValue ?? "silent",
                accounts: answers.count { $0.state == .inForce || $0.state == .lingering }, detail: worst?.detail,
                connections: counts.isEmpty ? nil : counts.reduce(0, +))
        }
    }
}

extension AdminService {
    /// Goes on with what was begun before the service ended.
    public func resumeOperations() async {
        let unfinished = try? await work { try $0.read { try $0.operationsToGoOnWith() } }
        for id in unfinished ?? [] { await operations.start(id, self) }
    }
}

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
            let applier = PolicyApplier(directory) { accounts in
                try await deliver(accounts, of: id, service, directory)
            }
            try await applier.carryOut(id)
        } catch {
            let words = (error as? AdministrationError)?.message ?? "the service failed"
            _ = try? await service.work { directory in
                try directory.change("policy: stopped") { try $0.stop(id, because: words) }
            }
        }
    }

    /// Brings a step to the servers, and notes what each said.
    private static func deliver(
        _ accounts: [AccountEntry], of id: Int64, _ service: AdminService, _ directory: Directory
    ) async throws {
        guard let distributor = service.distributor else { return }
        let outcome = await distributor.bringIntoForce(accounts.map(\.publicKey), forgetting: [], cutting: [])
        let states = states(outcome)
        try await service.work(in: directory) { directory in
            _ = try directory.change("policy: servers answered") { try $0.note(states, of: id) }
        }
        guard outcome.isInForce else {
            let refused = outcome.servers.first { $0.state != .inForce }
            let words = outcome.failure ?? refused?.detail ?? "a server did not answer"
            throw AdministrationError(
                .distributionFailed, "this step did not reach every server: \(words)", remedy: "resume the operation")
        }
    }

    /// Server by server, since a step may be about many accounts.
    private static func states(_ outcome: DistributionOutcome) -> [PolicyOperation.ServerState] {
        Dictionary(grouping: outcome.servers, by: \.server).sorted { $0.key < $1.key }.map { server, answers in
            let worst =
                answers.first { $0.state == .refused } ?? answers.first { $0.state == .silent } ?? answers.first
            return PolicyOperation.ServerState(
                step: 0, server: server, state: worst?.state.rawValue ?? "silent",
                accounts: answers.count { $0.state == .inForce }, detail: worst?.detail)
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

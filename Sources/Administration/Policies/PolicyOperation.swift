import Claims
import FoundationEssentials
import GRDB
public import NKeys
public import Policy

/// An apply or an undo as somebody sees it who waits for its end.
public struct PolicyOperation: Sendable {
    public enum State: String, Sendable, CaseIterable {
        case running
        /// A step failed; it goes on where somebody says so.
        case stopped
        /// Every server has the last step.
        case done
        /// It was taken back.
        case undone
    }

    /// What a server made of a step.
    public struct ServerState: Codable, Sendable, Hashable {
        public var step: Int
        /// Empty for one that did not answer.
        public var server: String
        /// `in_force`, `refused`, `silent` or `lingering`.
        public var state: String
        /// The accounts that it has.
        public var accounts: Int
        public var detail: String?
        /// How many connections are still there that the step ends; nil where it ends none, or the server did not say.
        public var connections: Int?

        public init(
            step: Int, server: String, state: String, accounts: Int, detail: String? = nil, connections: Int? = nil
        ) {
            (self.step, self.server, self.state) = (step, server, state)
            (self.accounts, self.detail, self.connections) = (accounts, detail, connections)
        }
    }

    public let id: Int64
    public let kind: PolicyRun.Kind
    public let state: State
    public let operatorKey: PublicKey
    public let actor: String
    /// Unix seconds.
    public let startedAt: Int64
    /// Nil where the last step is not stored.
    public let finishedAt: Int64?
    public let stored: ApplyStep?
    public let confirmed: ApplyStep?
    /// Why it stopped.
    public let detail: String?
    public let servers: [ServerState]
}

extension DirectoryReader {
    private static let operations = """
        SELECT policy_runs.*, policy_operations.state AS work, detail, servers
        FROM policy_runs LEFT JOIN policy_operations ON policy_operations.run = policy_runs.id
        """

    public func policyOperation(_ id: Int64) throws -> PolicyOperation? {
        try database.row("\(Self.operations) WHERE policy_runs.id = ?", [id]).map(Self.operation)
    }

    /// Applies and undos of operators, the latest first.
    ///
    /// - Parameter before: only those with a lower number; nil for all.
    public func policyOperations(
        of operators: [PublicKey], before: Int64?, limit: Int
    ) throws -> [PolicyOperation] {
        guard !operators.isEmpty else { return [] }
        let marks = operators.map { _ in "?" }.joined(separator: ", ")
        let sql =
            "\(Self.operations) WHERE operator IN (\(marks)) AND policy_runs.id < ? ORDER BY policy_runs.id DESC LIMIT ?"
        let values: StatementValues = operators.map(\.text) + [before ?? .max, limit]
        return try database.rows(sql, values)
            .map(Self.operation)
    }

    /// What the service had begun, and neither finished nor given up.
    public func operationsToGoOnWith() throws -> [Int64] {
        let sql = """
            SELECT run AS text FROM policy_operations JOIN policy_runs ON policy_runs.id = run
            WHERE policy_operations.state = 'running' AND policy_runs.state <> 'undone' AND confirmed_step < ?
            """
        let last = ApplyStep.allCases.last?.rawValue ?? 0
        return try database.rows(sql, [last]).compactMap { $0.integer("text") }
    }

    private static func operation(_ row: StoredRow) throws -> PolicyOperation {
        func step(_ column: String) -> ApplyStep? {
            row.integer(column).flatMap { ApplyStep(rawValue: Int(clamping: $0)) }
        }
        let confirmed = step("confirmed_step")
        let state: PolicyOperation.State =
            switch row.text("state") {
            case "undone": .undone
            case "done" where confirmed == ApplyStep.allCases.last: .done
            default: row.text("work") == "stopped" ? .stopped : .running
            }
        let servers = row.text("servers").flatMap {
            try? JSONDecoder().decode([PolicyOperation.ServerState].self, from: Data($0.utf8))
        }
        return PolicyOperation(
            id: try row.integer("id").orDamaged(), kind: row.text("kind") == "undo" ? .undo : .apply, state: state,
            operatorKey: try row.text("operator").flatMap { EntityReference($0).publicKey }.orDamaged(),
            actor: row.text("actor") ?? "", startedAt: row.integer("started_at") ?? 0,
            finishedAt: row.integer("finished_at"), stored: step("stored_step"), confirmed: confirmed,
            detail: state == .stopped ? row.text("detail") : nil, servers: servers ?? [])
    }
}

extension Change {
    /// Notes that the service carries a run out, or goes on with it.
    public func takeOver(_ run: Int64) throws {
        guard let operation = try reader.policyOperation(run),
            operation.state == .running || operation.state == .stopped
        else {
            throw AdministrationError(.refused, "the operation is over", remedy: "see its state")
        }
        try database.run(
            sql: """
                INSERT INTO policy_operations (run, state) VALUES (?, 'running')
                ON CONFLICT (run) DO UPDATE SET state = 'running', detail = NULL
                """,
            arguments: [run])
    }

    /// Notes that a run cannot go on, and why.
    public func stop(_ run: Int64, because detail: String) throws {
        try database.run(
            sql: "UPDATE policy_operations SET state = 'stopped', detail = ? WHERE run = ?", arguments: [detail, run])
    }

    /// Notes what servers made of the last step of a run, or of the wave of one that is not stored yet.
    public func note(_ servers: [PolicyOperation.ServerState], of run: Int64) throws {
        guard let operation = try reader.policyOperation(run), let stored = operation.stored?.rawValue else { return }
        // What is confirmed has had its answers: these are to the first accounts of the next step.
        let step = operation.confirmed == operation.stored ? stored + 1 : stored
        let known = operation.servers.filter { $0.step != step }
        let new = servers.map { server in
            var server = server
            server.step = step
            return server
        }
        let content = String(decoding: try JSONEncoder().encode(known + new), as: UTF8.self)
        try database.run(
            sql: "UPDATE policy_operations SET servers = ? WHERE run = ?", arguments: [content, run])
    }

    /// Goes back from the middle of a run.
    ///
    /// - Throws: ``AdministrationError`` of code `refused` where it is over.
    public func cancel(_ operation: PolicyOperation) throws -> PolicyRun {
        let entry = try reader.operator(EntityReference(operation.operatorKey))
        guard operation.kind == .apply, try reader.unfinishedPolicyRun(of: entry)?.id == operation.id else {
            throw AdministrationError(
                .refused, "the operation cannot be cancelled: its last step is stored, or it goes back itself",
                remedy: "take back what was applied with an undo")
        }
        return try beginPolicyUndo(at: Place(operator: EntityReference(entry.publicKey))).run
    }
}

public import Policy

/// A plan as machines read it.
public struct PlanAnswer: Encodable, Sendable {
    struct Cut: Encodable {
        var account: String
        var role: String
        var users: [String]
    }
    struct User: Encodable {
        var account: String
        var name: String
        var role: String?
        var revoked: Bool
    }
    struct Request: Encodable {
        var account: String
        var exporter: String
        var kind: String
        var subject: String
    }
    struct Door: Encodable {
        var account: String?
        var what: String
    }
    struct Step: Encodable {
        var step: Int
        var accounts: [String]
    }

    var changes: [ChangeAnswer]
    var cut_by_nats_server: [Cut]
    var drift: [ChangeAnswer]
    var governed_elsewhere: [String]
    var new_accounts: [String]
    var open_doors: [Door]
    var requested: [Request]
    var steps: [Step]
    var users: [User]

    /// - Parameter names: what accounts are called, by their keys.
    public init(_ plan: PolicyPlan, names: [String: String]) {
        changes = plan.changes.map { ChangeAnswer($0) }
        cut_by_nats_server = plan.cuts.map { Cut(account: $0.account, role: $0.role, users: $0.users) }
        drift = plan.drift.map { ChangeAnswer($0) }
        governed_elsewhere = plan.governedElsewhere
        new_accounts = plan.newAccounts
        open_doors = plan.openDoors.map { Door(account: $0.account, what: $0.what) }
        requested = plan.requests.map {
            Request(
                account: names[$0.importer] ?? $0.importer, exporter: $0.exporter, kind: $0.kind, subject: $0.subject)
        }
        steps = plan.steps.map { Step(step: $0.step.rawValue, accounts: $0.accounts) }
        users = plan.users.map { User(account: $0.account, name: $0.name, role: $0.role, revoked: $0.isRevoked) }
    }
}

public import Policy

/// A plan as machines read it.
public struct PlanAnswer: Codable, Sendable {
    public struct Cut: Codable, Sendable {
        public private(set) var account: String
        public private(set) var role: String
        public private(set) var users: [String]
    }
    public struct User: Codable, Sendable {
        public private(set) var account: String
        public private(set) var name: String
        public private(set) var role: String?
        public private(set) var revoked: Bool
        /// Why credentials are revoked, where it is not for what the file says of the user by name.
        public private(set) var reason: String?
    }
    public struct Request: Codable, Sendable {
        public private(set) var account: String
        public private(set) var exporter: String
        public private(set) var kind: String
        public private(set) var subject: String
    }
    public struct Door: Codable, Sendable {
        public private(set) var account: String?
        public private(set) var what: String
    }
    /// What an account has revoked by hand for an importer, and is signed anew.
    public struct GivenAgain: Codable, Sendable {
        public private(set) var account: String
        public private(set) var importer: String
        public private(set) var kind: String
        public private(set) var subject: String
    }
    /// An import that is shut out for a moment on the way, or what a role may do by imports.
    public struct Interruption: Codable, Sendable {
        /// `publish` or `receive`, where it is a role's.
        public private(set) var act: String?
        public private(set) var exporter: String
        public private(set) var importer: String
        /// The importer's role; nil for an import.
        public private(set) var role: String?
        public private(set) var subject: String
    }
    /// An import with which imports go in a circle, so that nats-server leaves one of them out.
    public struct Circle: Codable, Sendable {
        /// Beginning with the importer.
        public private(set) var accounts: [String]
        public private(set) var exporter: String
        public private(set) var importer: String
        public private(set) var kind: String
        /// Whether it is known that it is this one.
        public private(set) var left_out: Bool
        public private(set) var subject: String
    }
    /// What files leave alone.
    public struct Leave: Codable, Sendable {
        public private(set) var account: String
        public private(set) var what: [String]
    }
    /// What an undo takes back.
    public struct Undone: Codable, Sendable {
        public private(set) var finished: Bool
        public private(set) var kind: String

        init(_ run: PolicyRun) { (finished, kind) = (run.isFinished, run.kind.rawValue) }
    }
    public struct Step: Codable, Sendable {
        public private(set) var step: Int
        public private(set) var accounts: [String]
    }

    public private(set) var changes: [ChangeAnswer]
    public private(set) var circles: [Circle]
    public internal(set) var cut_by_nats_server: [Cut]
    public private(set) var drift: [ChangeAnswer]
    public private(set) var emptied_accounts: [String]
    public private(set) var given_again: [GivenAgain]
    public private(set) var governed_elsewhere: [String]
    public private(set) var interruptions: [Interruption]
    public private(set) var left: [Leave]
    public private(set) var new_accounts: [String]
    public private(set) var open_doors: [Door]
    public private(set) var requested: [Request]
    public private(set) var steps: [Step]
    public private(set) var system_account: String?
    public internal(set) var undone: Undone?
    public private(set) var users: [User]

    /// - Parameter names: what accounts are called, by their keys.
    public init(_ plan: PolicyPlan, names: [String: String]) {
        changes = plan.changes.map { ChangeAnswer($0) }
        circles = plan.circles.map { circle in
            Circle(
                accounts: circle.accounts.map { names[$0] ?? $0 }, exporter: names[circle.exporter] ?? circle.exporter,
                importer: names[circle.importer] ?? circle.importer, kind: circle.kind.rawValue,
                left_out: circle.isLeftOut, subject: circle.subject)
        }
        cut_by_nats_server = plan.cuts.map { Cut(account: $0.account, role: $0.role, users: $0.users) }
        drift = plan.drift.map { ChangeAnswer($0) }
        emptied_accounts = plan.emptiedAccounts
        given_again = plan.givenAgain.map {
            GivenAgain(
                account: $0.account, importer: $0.what.importer, kind: $0.what.kind, subject: $0.what.subject)
        }
        governed_elsewhere = plan.governedElsewhere
        interruptions = plan.interruptions.map {
            Interruption(
                act: $0.role == nil ? nil : $0.act?.rawValue, exporter: names[$0.exporter] ?? $0.exporter,
                importer: names[$0.importer] ?? $0.importer, role: $0.role, subject: $0.subject)
        }
        left = plan.leaves.map { Leave(account: $0.account, what: $0.what) }
        new_accounts = plan.newAccounts
        open_doors = plan.openDoors.map { Door(account: $0.account, what: $0.what) }
        requested = plan.requests.map {
            Request(
                account: names[$0.importer] ?? $0.importer, exporter: $0.exporter, kind: $0.kind, subject: $0.subject)
        }
        steps = plan.steps.map { Step(step: $0.step.rawValue, accounts: $0.accounts) }
        system_account = plan.systemAccount
        undone = plan.undone.map { Undone($0) }
        users = plan.users.map {
            User(account: $0.account, name: $0.name, role: $0.role, revoked: $0.isRevoked, reason: $0.reason)
        }
    }

    /// Whether nothing that anybody may do changes, no token does, and there is nothing to say.
    public var changesNothing: Bool {
        changes.isEmpty && steps.isEmpty && new_accounts.isEmpty && users.isEmpty && drift.isEmpty && requested.isEmpty
    }
}

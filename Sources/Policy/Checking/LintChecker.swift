import Claims
import Subjects

/// Looks for what is allowed by the language and is probably not what is meant. Each finding says where, why, and what to
/// write instead; all are warnings. What engines do otherwise is no fault of a policy: a note.
struct LintChecker {
    let set: PolicySet
    let graph: AccessGraph
    let moment: Int64?
    /// What is heard in accounts by whoever may answer, by their numbers, once it was asked for.
    var heard: [Int: SubjectSet] = [:]
    private(set) var problems: [PolicyProblem] = []

    /// - Parameter moment: Unix seconds; nil for none, at which nothing has ended.
    init(_ set: PolicySet, _ graph: AccessGraph, at moment: Int64? = nil) {
        self.set = set
        self.graph = graph
        self.moment = moment
    }

    mutating func check() {
        for account in set.accounts {
            for role in account.policy.roles {
                checkRules(of: role, in: account)
                checkBreadth(of: role, in: account)
                checkReplies(of: role, in: account)
                checkVerbs(of: role, in: account)
            }
            checkCalls(of: account)
            checkDoors(of: account)
            checkExports(of: account)
            checkEnds(of: account)
            checkImportNames(of: account)
        }
        checkImportCycles()
        checkStreamCycles()
        checkServiceCycles()
    }

    mutating func report(
        _ code: PolicyProblem.Code, at position: PolicyPosition, in account: PolicySet.Account, _ message: String,
        remedy: String, severity: PolicyProblem.Severity = .warning, related: PolicyProblem.Related? = nil
    ) {
        problems.append(
            PolicyProblem(
                code, severity, at: position, in: account.source, message, remedy: remedy, related: related))
    }
}

extension PolicyProblem.Code {
    /// A rule that another one makes superfluous.
    public static let shadowed = Self("shadowed")
    /// A rule that changes nothing.
    public static let dead = Self("dead")
    /// The same rule twice.
    public static let duplicate = Self("duplicate")
    /// A role that may publish or receive everything.
    public static let allowsEverything = Self("allows-everything")
    /// Inboxes that others may listen to.
    public static let sharedInbox = Self("shared-inbox")
    /// Leave to answer that goes past denies.
    public static let repliesOverrideDenies = Self("replies-override-denies")
    /// Requests whose answers go where the one who asks wants.
    public static let openReplies = Self("open-replies")
    /// A verb that opens more than it names.
    public static let openVerb = Self("open-verb")
    /// A key that signs users without a role.
    public static let openDoor = Self("open-door")
    /// A service that is asked and that nobody answers.
    public static let unserved = Self("unserved")
    /// Imports that lead back to where they begin.
    public static let importCycle = Self("import-cycle")
    /// What nats-server does otherwise than Chancery's broker.
    public static let engineDifference = Self("engine-difference")
    /// A grant that has ended.
    public static let ended = Self("ended")
    /// Imports under one name.
    public static let importCollision = Self("import-collision")
}

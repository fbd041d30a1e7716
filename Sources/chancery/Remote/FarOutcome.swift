import AdminAPI
import Administration
import Claims

/// What a service did for a command, and what of it its servers do not have yet.
struct FarOutcome {
    private(set) var report = ChangeReport()
    /// What of that takes access away and is not on every server: whoever it is about still has it there.
    private var withdrawals: [String] = []
    /// Whether the service is to bring it to a server that has not heard of it.
    private var isTried = false

    var isEmpty: Bool { report.items.isEmpty }

    init() {}

    /// Takes in the answer to a change.
    mutating func add(_ answer: JSONValue) {
        let done = ChangeReport(answer)
        report.items += done.items
        report.warnings += done.warnings
        guard let distribution = answer["distribution"], distribution["in_force"]?.flag == false else { return }
        let words = Self.words(distribution)
        guard done.items.contains(where: \.takesAccessAway) else { return report.warnings.append(words) }
        withdrawals.append(words)
        isTried = isTried || distribution["detail"]?.text != DistributionOutcome.nobodys
    }

    private static func words(_ distribution: JSONValue) -> String {
        let servers = (distribution["servers"]?.elements ?? []).filter { $0["state"]?.text != "in_force" }
        let names = servers.compactMap { $0["server"]?.text }.filter { !$0.isEmpty }
        guard names.isEmpty else { return "not every server has it yet: " + names.joined(separator: ", ") }
        let detail = distribution["detail"]?.text ?? servers.first?["detail"]?.text
        return "no server has it yet: " + (detail ?? "none answered")
    }

    /// Says what was done, as it is said of a change nearby.
    ///
    /// - Parameter failure: what the command ends with in any case.
    /// - Throws: an error where access was taken away and a server does not have that, as a push does that did not arrive.
    func show(asJSON: Bool, dryRun: Bool, before failure: (any Error)? = nil) throws {
        var report = report
        // Who reads JSON reads the rest there, too.
        if asJSON || failure != nil { report.warnings += withdrawals }
        try ChangeOutput.show(report, asJSON: asJSON, dryRun: dryRun)
        guard failure == nil, let words = withdrawals.first else { return }
        throw AdministrationError(
            .distributionFailed, "it is kept in the directory, but \(words)",
            remedy: isTried
                ? "see to the servers; the service tries again every second"
                : "bring it to the servers that have the account, with \"chancery push\"")
    }
}

extension ChangeReport.Item {
    /// Whether somebody can do less after it: something was revoked, or something was deleted that lets people in or through.
    fileprivate var takesAccessAway: Bool {
        switch action {
        case .added: kind == "revocation" || kind == "activation revocation"
        // What was issued to a user who is deleted goes on, unless it is revoked.
        case .deleted: ["account", "role", "signing key", "export", "import"].contains(kind)
        case .changed, .exported: false
        }
    }
}

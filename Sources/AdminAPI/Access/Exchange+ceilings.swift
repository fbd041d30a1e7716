import Administration
import Claims

extension Exchange {
    /// Refuses permissions and limits that go beyond what the caller may give away.
    ///
    /// - Parameter grant: the grant that allows the action; nil for that of the operation.
    func checkCeiling(_ limits: UserPermissionLimits, _ grant: AccessGrant? = nil, at pointer: String) throws(Problem) {
        guard let objection = (grant ?? self.grant)?.ceiling?.objection(to: limits) else { return }
        throw Self.above(objection, pointer)
    }

    /// Refuses what could lead a bounded administrator's users to other subjects than it may give away: mappings, imports,
    /// exports and default permissions.
    func checkSubjectsAreFree() throws(Problem) {
        guard let ceiling = grant?.ceiling, ceiling.publish != nil || ceiling.subscribe != nil else { return }
        throw Self.above("subjects that lead elsewhere", "")
    }

    /// Refuses what somebody whose grant has a ceiling cannot do, whatever the ceiling says.
    func checkUnbounded(_ what: String) throws(Problem) {
        guard grant?.ceiling == nil else { throw Self.above(what, "") }
    }

    /// Refuses an expiry that lies beyond what the caller may give away.
    func checkCeiling(expiry: Int64, _ grant: AccessGrant? = nil, at pointer: String) throws(Problem) {
        guard let objection = (grant ?? self.grant)?.ceiling?.objection(toExpiry: expiry, at: now) else { return }
        throw Self.above(objection, pointer)
    }

    private static func above(_ objection: String, _ pointer: String) -> Problem {
        Problem(
            .aboveCeiling, "your token does not allow to give that away",
            faults: [Fault(pointer: pointer, code: "ceiling", detail: objection)], refusal: "above_ceiling")
    }

    /// What the patch of the body makes of a state, checked against a schema.
    func merged(_ current: JSONValue, _ component: String) throws(Problem) -> JSONValue {
        let merged = current.merged(with: body)
        let faults = Components.schema(component).faults(in: merged)
        guard faults.isEmpty else {
            throw Problem(.invalidValue, "the patch makes a value that cannot be taken", faults: faults)
        }
        return merged
    }
}

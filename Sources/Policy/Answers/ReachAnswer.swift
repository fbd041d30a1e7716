/// A line of what leaves an account or enters it, as machines read it.
public struct ReachAnswer: Encodable, Sendable {
    var account: String
    var direction: String
    var exact: Bool
    var here: String
    var how: [String]
    var roles: [String]
    var steps: [RouteAnswer.Step]
    var there: String

    public init(_ line: TenantReach.Line) {
        (account, direction, exact) = (line.account, line.direction.rawValue, line.isExact)
        (here, there) = (line.here, line.there)
        how = line.kinds.map(\.rawValue)
        roles = line.roles
        steps = line.steps.map { RouteAnswer.Step($0) }
    }
}

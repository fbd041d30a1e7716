/// A line of what leaves an account or enters it, as machines read it.
public struct ReachAnswer: Codable, Sendable {
    public private(set) var account: String
    public private(set) var direction: String
    var exact: Bool
    public private(set) var here: String
    var how: [String]
    public private(set) var roles: [String]
    public private(set) var steps: [RouteAnswer.Step]
    public private(set) var there: String

    public init(_ line: TenantReach.Line) {
        (account, direction, exact) = (line.account, line.direction.rawValue, line.isExact)
        (here, there) = (line.here, line.there)
        how = line.kinds.map(\.rawValue)
        roles = line.roles
        steps = line.steps.map { RouteAnswer.Step($0) }
    }
}

extension ReachAnswer {
    /// By which ways.
    public var label: String { (exact ? "" : "at most ") + how.map(RouteAnswer.words).joined(separator: ", ") }
}

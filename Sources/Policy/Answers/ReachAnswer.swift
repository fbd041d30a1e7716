/// A line of what leaves an account or enters it, as machines read it.
public struct ReachAnswer: Codable, Sendable {
    public private(set) var account: String
    public private(set) var direction: String
    var exact: Bool
    public private(set) var here: String
    var how: [String]
    /// Roles there that have it published for them.
    var others: [Other]
    public private(set) var roles: [String]
    public private(set) var steps: [RouteAnswer.Step]
    public private(set) var there: String

    struct Other: Codable, Sendable {
        var exact: Bool
        var how: [String]
        var role: String
    }

    public init(_ line: TenantReach.Line) {
        (account, direction, exact) = (line.account, line.direction.rawValue, line.isExact)
        (here, there) = (line.here, line.there)
        how = line.kinds.map(\.rawValue)
        roles = line.roles
        others = line.others.map { Other(exact: $0.isExact, how: $0.kinds.map(\.rawValue), role: $0.role) }
        steps = line.steps.map { RouteAnswer.Step($0) }
    }
}

extension ReachAnswer {
    /// By which ways.
    public var label: String { Self.label(how, exact) }

    /// Who is at the other end, in words.
    public var holders: String {
        let others = others.map { "\($0.role) (\(Self.label($0.how, $0.exact)))" }
        return roles.isEmpty && others.isEmpty ? "nobody" : (roles + others).joined(separator: ", ")
    }

    private static func label(_ how: [String], _ isExact: Bool) -> String {
        (isExact ? "" : "at most ") + how.map(RouteAnswer.words).joined(separator: ", ")
    }
}

/// A route as machines read it.
public struct RouteAnswer: Codable, Sendable {
    public struct Step: Codable, Sendable {
        public private(set) var place: String?
        public private(set) var text: String

        init(_ step: AccessRoute.Step) { (place, text) = (step.position?.description, step.text) }
    }

    public private(set) var account: String
    public private(set) var act: String
    var exact: Bool
    public private(set) var holders: String
    var how: [String]
    var name: String
    var of: String
    public private(set) var role: String
    public private(set) var steps: [Step]
    public private(set) var subject: String
    var subjects: String
    var tags: [String]

    public init(_ route: AccessRoute) {
        account = route.who.account
        act = route.act.rawValue
        exact = route.isExact
        holders = route.who.holders
        how = route.kinds.map(\.rawValue)
        name = route.who.name
        of = route.account
        role = route.who.role
        steps = route.steps.map { Step($0) }
        subject = route.subject
        subjects = route.subjects
        tags = route.who.tags
    }
}

extension RouteAnswer {
    /// `by import, by group (takes messages)`
    public var label: String { (exact ? "" : "at most ") + how.map(Self.words).joined(separator: ", ") }

    static func words(_ kind: String) -> String { AccessRoute.Kind(rawValue: kind)?.words ?? kind }
}

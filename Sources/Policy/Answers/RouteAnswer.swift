/// A route as machines read it.
public struct RouteAnswer: Encodable, Sendable {
    public struct Step: Encodable, Sendable {
        var place: String?
        var text: String

        init(_ step: AccessRoute.Step) { (place, text) = (step.position?.description, step.text) }
    }

    var account: String
    var act: String
    var exact: Bool
    var holders: String
    var how: [String]
    var name: String
    var of: String
    var role: String
    var steps: [Step]
    var subject: String
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

/// A problem of a policy file as machines read it.
public struct ProblemAnswer: Encodable, Sendable {
    var code: String
    var column: Int
    var file: String
    var line: Int
    var message: String
    var remedy: String?
    var route: RouteAnswer?
    var severity: String

    public init(_ problem: PolicyProblem) {
        code = problem.code.description
        (file, line, column) = (problem.position.file, problem.position.line, problem.position.column)
        message = problem.message
        remedy = problem.remedy.isEmpty ? nil : problem.remedy
        route = problem.route.map { RouteAnswer($0) }
        severity = problem.severity.rawValue
    }
}

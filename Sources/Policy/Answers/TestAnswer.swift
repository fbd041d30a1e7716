/// What became of a test's sentence, as machines read it.
public struct TestAnswer: Encodable, Sendable {
    var account: String
    var environment: String?
    var allowed: Bool
    var expected: Bool
    var passed: Bool
    var place: String
    var reason: String
    var rules: [String]
    var sentence: String
    var subject: String

    public init(_ outcome: PolicyTester.Outcome) {
        (account, environment) = (outcome.account, outcome.environment)
        (allowed, expected, passed) = (outcome.isAllowed, outcome.isExpected, outcome.passes)
        place = outcome.position.description
        reason = outcome.reason
        rules = outcome.sources.map(\.description)
        (sentence, subject) = (outcome.sentence, outcome.subject)
    }
}

/// Subjects as numbers, one for each token, for comparing thousands of them with each other: an account has as many as
/// fit into a token.
struct TokenNumbers {
    static let star = 0
    static let arrow = 1

    private var numbers: [ExactText: Int] = [:]

    /// The numbers of a subject's tokens: equal tokens have equal ones.
    mutating func of(_ subject: String) -> [Int] {
        SubjectRules.tokens(subject).map { token in
            if SubjectRules.isStar(token) { return Self.star }
            if SubjectRules.isArrow(token) { return Self.arrow }
            let next = numbers.count + 2
            let text = ExactText(String(Substring(token)))
            guard let number = numbers[text] else {
                numbers[text] = next
                return next
            }
            return number
        }
    }

    /// Whether all subjects of `subject` are subjects of `other`; see ``SubjectRules/isContained(_:in:)``.
    static func isContained(_ subject: [Int], in other: [Int]) -> Bool {
        let endsInArrow = other.last == arrow
        guard subject.count == other.count || (endsInArrow && subject.count > other.count) else { return false }
        var index = endsInArrow ? other.count - 2 : other.count - 1
        // From the end: beginnings are what subjects have in common.
        while index >= 0 {
            if other[index] != star, other[index] != subject[index] { return false }
            index -= 1
        }
        return true
    }
}

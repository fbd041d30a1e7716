import NKeys
import Testing

@testable import Claims

@Suite("The size of a validation")
struct ValidationSizeTests {
    /// 300 broad imports that each overlap 300 narrow ones: ninety thousand pairs.
    private static func account() -> AccountClaims {
        var account = AccountClaims(subject: "A")
        for number in 0..<300 {
            // The bits of the number decide where a star stands.
            let stars = (0..<9).map { number >> $0 & 1 == 1 ? "*" : "a" }.joined(separator: ".")
            account.imports.append(Import(subject: "\(stars).>", account: "B", type: .service))
            let letters = Array(repeating: "a", count: 9).joined(separator: ".")
            account.imports.append(Import(subject: "\(letters).n\(number).>", account: "B", type: .service))
        }
        return account
    }

    @Test("however many issues there are, their texts stay within a few times a token's largest size")
    func bounded() throws {
        let issues = Self.account().validate(at: 0)
        let size = issues.reduce(0) { $0 + $1.description.utf8.count }
        #expect(size <= IssueList.maximumSize + 1000)
        #expect(issues.last == ValidationIssue(.error, "there are more issues than can be shown"))
        #expect(issues.isBlocking(includingTimeChecks: false))
    }

    @Test("what finds no room still blocks, or not")
    func levels() {
        func issues(_ add: (inout IssueList) -> Void) -> [ValidationIssue] {
            var list = IssueList()
            list.warning(String(repeating: "x", count: IssueList.maximumSize))
            add(&list)
            return list.issues
        }
        #expect(issues { _ in }.count == 1)
        #expect(issues { $0.warning("a") }.map(\.level) == [.warning, .warning])
        #expect(issues { $0.time("a") }.map(\.level) == [.warning, .time])
        #expect(
            issues { list in
                list.error("a")
                list.warning("b")
            }.map(\.level) == [.warning, .error])
    }
}

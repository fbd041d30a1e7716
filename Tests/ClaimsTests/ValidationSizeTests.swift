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

/// What would take minutes if a claim were looked at again for each of its parts.
@Suite("Claims that are as large as they can be")
struct LargeClaimsTests {
    @Test("a hundred thousand signing keys of the older format are read in one go")
    func olderSigningKeys() throws {
        let keys = (0..<100_000).map { #""\#($0)""# }.joined(separator: ",")
        let account = try #"{"type":"account","nats":{"signing_keys":[\#(keys),"7"]}}"#.bytes {
            try AccountClaims.read(version1Payload: $0)
        }
        #expect(account.signingKeys.count == 100_000)
        #expect(account.signingKeys.map(\.key).prefix(3) == ["0", "1", "10"])
    }

    @Test("a URL of escapes is looked at once")
    func escapes() {
        var account = AccountClaims(subject: "A")
        account.infoURL = "http://h/" + String(repeating: "%41", count: 200_000) + "%4"
        let issues = account.validate(at: 0)
        #expect(issues.count == 2 && issues.last?.description.hasSuffix(#"invalid URL escape "%4""#) == true)
    }

    @Test("patterns that all share their long lists are told apart")
    func sharedTokens() {
        // Sixteen places with one of two tokens each: every list is long.
        func subject(_ number: Int, _ last: String) -> String {
            (0..<13).map { number >> $0 & 1 == 1 ? "a" : "*" }.joined(separator: ".") + "." + last
        }
        var account = AccountClaims(subject: "A")
        account.exports = (0..<4000).map { Export(subject: subject($0, "x"), type: .stream) }
        account.exports += (0..<4000).map { Export(subject: subject($0, "y"), type: .stream) }
        // All but the narrowest contain another.
        #expect(account.validate(at: 0).count { $0.description.contains("already exports") } > 7000)
    }
}

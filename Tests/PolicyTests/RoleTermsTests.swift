import Claims
import Testing

@testable import Policy

@Suite struct RoleTermsTests {
    private static func terms(_ text: String, of role: String = "r", manifest: String = "") throws -> RoleTerms {
        let set = try AccessAnalysisTests.set(["A": text])
        let compiled = try #require(set.compiled("A"))
        return compiled.terms(of: try #require(compiled.roles.first { $0.name == role }))
    }

    private static func user(_ name: String, _ tags: [String] = [], expires: Int64 = 0) -> UserClaims {
        var user = UserClaims(subject: "U", name: name)
        (user.tags, user.expires) = (tags, expires)
        return user
    }

    @Test func `Values are in order, whatever that of the file, and those of what is included count`() throws {
        let one = try Self.terms("roles: { r: { tags: { t: [ b, a ] }, publish: [ \"{{tag(t)}}\" ] } }")
        let other = try Self.terms("roles: { r: { tags: { t: [ a, b, a ] }, publish: [ \"{{tag(t)}}\" ] } }")
        #expect(one == other && one.tags == ["t": ["a", "b"]])
        let both = try Self.terms(
            """
            roles:
              r: { tags: { t: [ b, c ] }, publish: [ "{{tag(t)}}" ], includes: [ s ] }
              s: { tags: { t: [ a, b ] }, publish: [ "s.{{tag(t)}}" ] }
            """)
        #expect(both.tags == ["t": ["b"]])
    }

    @Test func `Tags are compared as servers do`() throws {
        let terms = try Self.terms("roles: { r: { tags: { t: [ a, b ] }, publish: [ \"{{tag(t)}}\" ] } }")
        for tags in [[], ["t:a"], ["t:a", "t:b"], ["tt:x", "t", "x:t:x", "T:x"]] {
            #expect(terms.fault(ofHolder: Self.user("u", tags)) == nil, "\(tags)")
        }
        for tags in [["t:"], ["t:x"], ["t:a", "t:x"], ["t:a:b"], ["t:A"], ["t:a\u{301}"], ["t: a"]] {
            guard case .undeclared("t", _, ["a", "b"])? = terms.fault(ofHolder: Self.user("u", tags)) else {
                Issue.record("\(tags)")
                continue
            }
        }
    }

    @Test func `A fault says what may have been meant`() {
        let fault = RoleTerms.Fault.undeclared(tag: "t", value: "munch", declared: ["berlin", "munich"])
        #expect(fault.text(of: "r") == "t:munch is none of the values that the role r declares: berlin, munich")
        #expect(fault.suggestion == "did you mean t:munich?")
        let many = RoleTerms.Fault.undeclared(tag: "t", value: "zz", declared: (10..<30).map(String.init))
        #expect(many.suggestion == nil && many.text(of: "r").hasSuffix("18, 19 and more"))
        #expect(
            RoleTerms.Fault.lifetime(most: 86_400).text(of: "r") == "credentials of the role r are good for 1d at most")
    }

    @Test func `Lifetimes are the role's, and the most counts from when a token begins`() throws {
        let terms = try Self.terms("roles: { r: { publish: [ a ], expires: { default: 1h, most: 1d } } }")
        #expect(terms.lifetime == 3600 && terms.longest == 86_400 && terms.usualEnd(from: 100) == 3700)
        // Those who ask may have a clock that is a minute ahead.
        let latest: Int64 = 1000 + 86_400 + 60
        #expect(terms.fault(of: Self.user("u", expires: latest), signedAt: 1000) == nil)
        for end in [latest + 1, 0] {
            #expect(terms.fault(of: Self.user("u", expires: end), signedAt: 1000) == .lifetime(most: 86_400))
        }
        var later = Self.user("u", expires: latest + 500)
        later.notBefore = 1500
        #expect(terms.fault(of: later, signedAt: 1000) == nil)
        let free = try Self.terms("roles: { r: { publish: [ a ] } }")
        #expect(free == RoleTerms() && free.fault(of: Self.user("u"), signedAt: 1000) == nil)
    }

    @Test func `The key of a user's extras is its own, and that of several roles is whoever's has them`() throws {
        let text = """
            roles: { r: { publish: [ a ] }, s: { publish: [ b ] } }
            users: { u: { role: r, extra: { publish: [ c ] } }, v: { role: [ r, s ] }, "x@u": { role: r } }
            """
        #expect(try Self.terms(text, of: "r@u").user == "u")
        #expect(try Self.terms(text, of: "r+s").user == nil && Self.terms(text, of: "r").user == nil)
        let fault = try Self.terms(text, of: "r@u").fault(ofHolder: Self.user("v"))
        #expect(fault?.text(of: "r@u") == "the key r@u is that of u alone")
    }
}

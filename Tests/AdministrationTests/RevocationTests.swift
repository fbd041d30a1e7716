import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct RevocationTests {
    @Test func `names, keys and everybody can be revoked and restored`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let unknown = KeyPair.generate(.user).publicKey
        try directory.change("test") { change in
            try change.addUser(NewUser(name: "u"), at: .account("A"))
            for reference in [EntityReference("u"), EntityReference(unknown), EntityReference("*")] {
                try change.revokeUser(reference, at: .account("A"))
            }
        }
        let user = try directory.claims(ofUser: "u", in: "A").subject
        #expect(
            try directory.claims(ofAccount: "A").revocations.entries.keys.sorted()
                == ["*", user, unknown.text].sorted())

        let report = try directory.change("test") { try $0.deleteRevocation(EntityReference("u"), at: .account("A")) }
            .report
        #expect(report.warnings.count == 1, "everybody is still revoked")
        try directory.change("test") { try $0.deleteRevocation(EntityReference("*"), at: .account("A")) }
        #expect(try directory.claims(ofAccount: "A").revocations.entries.keys.sorted() == [unknown.text])
        #expect(
            refusal {
                try directory.change("test") { try $0.deleteRevocation(EntityReference("u"), at: .account("A")) }
            }
                == .notFound)
    }

    @Test func `a later entry is never replaced by an earlier one`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let key = EntityReference(KeyPair.generate(.user).publicKey)
        let later = try directory.change("test") { try $0.revokeUser(key, at: .account("A"), through: 500) }.value
        let earlier = try directory.change("test") { try $0.revokeUser(key, at: .account("A"), through: 400) }
        #expect(later.time == 500 && earlier.value.time == 500 && earlier.report.warnings.count == 1)
        #expect(earlier.report.items.isEmpty, "nothing changed")
    }

    @Test func `only users are revoked`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        for key in [KeyPair.generate(.account).publicKey, KeyPair.generate(.operator).publicKey] {
            #expect(
                refusal { try directory.change("test") { try $0.revokeUser(EntityReference(key), at: .account("A")) } }
                    == .invalidValue)
        }
        #expect(
            refusal { try directory.change("test") { try $0.revokeUser(EntityReference("nobody"), at: .account("A")) } }
                == .notFound)
    }
}

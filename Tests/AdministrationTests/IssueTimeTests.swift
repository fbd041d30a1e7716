import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct IssueTimeTests {
    @Test func `a token is dated now, unless something forces it later`() throws {
        #expect(try IssueTime.next(now: 100, last: nil, revokedThrough: nil) == 100)
        #expect(try IssueTime.next(now: 100, last: 99, revokedThrough: nil) == 100)
        #expect(try IssueTime.next(now: 100, last: 100, revokedThrough: nil) == 101)
        #expect(try IssueTime.next(now: 100, last: 150, revokedThrough: 20) == 151)
        #expect(try IssueTime.next(now: 100, last: 20, revokedThrough: 100) == 101)
        #expect(try IssueTime.next(now: 100, last: 200, revokedThrough: 300) == 301)
    }

    @Test func `no token is dated more than ten minutes ahead`() throws {
        #expect(try IssueTime.next(now: 100, last: 699, revokedThrough: nil) == 700)
        for floor in [700, 701, Int64.max - 1, .max] {
            #expect(throws: TooFarAhead.self) { try IssueTime.next(now: 100, last: floor, revokedThrough: nil) }
            #expect(throws: TooFarAhead.self) { try IssueTime.next(now: -5, last: nil, revokedThrough: floor) }
        }
    }

    @Test func `a long run of changes waits for the clock instead of failing`() throws {
        let test = TestDirectory()
        _ = try test.opened(accounts: "A")
        let directory = try Directory.open(
            test.home, creating: false,
            surroundings: Directory.Surroundings(
                now: { test.now }, actor: "local:tester", pause: { test.now += $0 }))
        try directory.change("test") { change in
            for _ in 0..<600 { try change.editAccount(at: .account("A"), AccountEdits(), resigning: true) }
        }
        #expect(try directory.claims(ofAccount: "A").issuedAt == TestDirectory.start + 600)
        #expect(test.now == TestDirectory.start)
        for step in 1...3 {
            try directory.change("test") { try $0.editAccount(at: .account("A"), AccountEdits(), resigning: true) }
            #expect(test.now == TestDirectory.start + Int64(step))
        }
        // Without a way to wait, it is a refusal.
        let impatient = try test.open()
        #expect(
            refusal {
                try impatient.change("test") { try $0.editAccount(at: .account("A"), AccountEdits(), resigning: true) }
            } == .tooFarAhead)
    }

    @Test func `versions of one second are told apart`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var times: [Int64] = [try directory.claims(ofAccount: "A").issuedAt]
        for _ in 0..<5 {
            try directory.change("test") { try $0.editAccount(at: .account("A"), AccountEdits(), resigning: true) }
            times.append(try directory.claims(ofAccount: "A").issuedAt)
        }
        #expect(times == (0...5).map { TestDirectory.start + $0 })
    }

    @Test func `a revocation covers what was issued, and what comes next is past it`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        // The clock goes back behind the token's time.
        test.now -= 100
        for reference in ["u", "*"] {
            try directory.change("test") { try $0.revokeUser(EntityReference(reference), at: .account("A")) }
            let revoked = try directory.claims(ofUser: "u", in: "A")
            #expect(try directory.claims(ofAccount: "A").isRevoked(revoked))

            var edits = UserEdits()
            edits.tags = ListEdits(add: [reference == "*" ? "all" : "one"])
            try directory.change("test") { try $0.editUser(EntityReference("u"), at: .account("A"), edits) }
            let renewed = try directory.claims(ofUser: "u", in: "A")
            #expect(try !directory.claims(ofAccount: "A").isRevoked(renewed))
            #expect(renewed.issuedAt > revoked.issuedAt)
        }
    }

    @Test func `a key that comes back is dated after what was issued to it before`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var new = NewUser(name: "u")
        new.publicKey = KeyPair.generate(.user).publicKey
        let first = try directory.change("test") { try $0.addUser(new, at: .account("A")).claims().issuedAt }.value
        try directory.change("test") {
            try $0.deleteUser(EntityReference("u"), at: .account("A"), revoking: true, forgettingSeed: true)
        }
        let second = try directory.change("test") { try $0.addUser(new, at: .account("A")).claims().issuedAt }.value
        #expect(second > first)
        #expect(try !directory.claims(ofAccount: "A").isRevoked(directory.claims(ofUser: "u", in: "A")))
    }

    @Test func `a revocation in the far future stops issuing, with a reason`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { change in
            try change.addUser(NewUser(name: "u"), at: .account("A"))
            try change.revokeUser(EntityReference("u"), at: .account("A"), through: TestDirectory.start + 5000)
        }
        var edits = UserEdits()
        edits.tags = ListEdits(add: ["t"])
        #expect(
            refusal { try directory.change("test") { try $0.editUser(EntityReference("u"), at: .account("A"), edits) } }
                == .tooFarAhead)
    }
}

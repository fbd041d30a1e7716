import Claims
import NKeys
import Secrets
import Testing

@testable import Administration

@Suite struct UserTests {
    @Test func `permissions, limits and tags go into the token`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var new = NewUser(name: "u")
        new.limits.permissions.allowPublish = ["a", "b", "a"]
        new.limits.permissions.denySubscribe = ["c queue"]
        new.limits.permissions.responseMaxMessages = 3
        new.limits.permissions.responseExpires = 5_000_000_000
        new.limits.bearer = true
        new.limits.sources = ListEdits(add: ["10.0.0.0/8", "FE80::/10"])
        new.tags = ["Red", "red"]
        new.validity = Validity(notBefore: 5, expires: TestDirectory.start + 60)
        try directory.change("test") { try $0.addUser(new, at: .account("A")) }
        let claims = try directory.claims(ofUser: "u", in: "A")
        #expect(claims.limits.permissions.publish.allow == ["a", "b"])
        #expect(claims.limits.permissions.subscribe.deny == ["c queue"])
        #expect(claims.limits.permissions.response == ResponsePermission(maxMessages: 3, expires: 5_000_000_000))
        #expect(claims.limits.bearerToken && claims.limits.sources == ["10.0.0.0/8", "fe80::/10"])
        #expect(claims.tags == ["red"] && claims.notBefore == 5 && claims.expires == TestDirectory.start + 60)
        #expect(claims.issuerAccount.isEmpty)
    }

    @Test func `edits take out before they add`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var new = NewUser(name: "u")
        new.limits.permissions.allowPublish = ["a", "b"]
        new.limits.permissions.denySubscribe = ["a"]
        new.limits.permissions.responseMaxMessages = 1
        try directory.change("test") { try $0.addUser(new, at: .account("A")) }

        var edits = UserEdits()
        edits.limits.permissions.remove = ["a"]
        edits.limits.permissions.removeResponse = true
        edits.limits.permissions.allowSubscribe = ["a"]
        edits.limits.subscriptions = 7
        edits.limits.connectionTypes = ListEdits(add: ["websocket", "STANDARD"])
        edits.limits.hours = ListEdits(add: ["08:00:00-17:00:00"])
        edits.limits.timeZone = "Europe/Berlin"
        try directory.change("test") { try $0.editUser(nil, at: .account("A"), edits) }
        let limits = try directory.claims(ofUser: "u", in: "A").limits
        #expect(limits.permissions.publish.allow == ["b"] && limits.permissions.subscribe.deny.isEmpty)
        #expect(limits.permissions.subscribe.allow == ["a"] && limits.permissions.response == nil)
        #expect(limits.subscriptions == 7 && limits.allowedConnectionTypes == ["WEBSOCKET", "STANDARD"])
        #expect(limits.times == [TimeRange(start: "08:00:00", end: "17:00:00")] && limits.timeZone == "Europe/Berlin")

        edits = UserEdits()
        edits.limits.connectionTypes = ListEdits(add: ["CARRIER_PIGEON"])
        #expect(
            refusal { try directory.change("test") { try $0.editUser(nil, at: .account("A"), edits) } } == .invalidValue
        )
        edits = UserEdits()
        edits.limits.hours = ListEdits(add: ["8-17"])
        #expect(
            refusal { try directory.change("test") { try $0.editUser(nil, at: .account("A"), edits) } }
                == .invalidClaims)
    }

    @Test func `a user of a role takes everything from the role`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var role = RoleEdits()
        role.role = "reader"
        role.limits.permissions.allowSubscribe = ["x.{{name()}}.>"]
        try directory.change("test") { change in
            try change.editSigningKeys(["generate"], at: .account("A"), role)
            try change.addUser(NewUser(name: "u"), at: .account("A"), signer: .named("reader"))
        }
        let account = try directory.claims(ofAccount: "A")
        var user = try directory.claims(ofUser: "u", in: "A")
        let scope = try #require(account.signingKeys.first?.scope)
        #expect(scope.role == "reader" && scope.template.permissions.subscribe.allow == ["x.{{name()}}.>"])
        #expect(user.issuer == scope.key && user.issuerAccount == account.subject && user.limits.isEmpty)
        #expect(try directory.findings(at: test.now).isEmpty)

        var new = NewUser(name: "v")
        new.limits.permissions.allowPublish = ["x"]
        #expect(
            refusal {
                try directory.change("test") { try $0.addUser(new, at: .account("A"), signer: .named("reader")) }
            }
                == .invalidClaims)
        #expect(
            refusal {
                try directory.change("test") { try $0.addUser(new, at: .account("A"), signer: .named("writer")) }
            }
                == .notFound)

        // Edited without a word about signers, the user keeps its role.
        var edits = UserEdits()
        edits.tags = ListEdits(add: ["t"])
        try directory.change("test") { try $0.editUser(nil, at: .account("A"), edits) }
        user = try directory.claims(ofUser: "u", in: "A")
        #expect(user.issuer == scope.key && user.limits.isEmpty && user.tags == ["t"])
        edits.limits.bearer = true
        #expect(
            refusal { try directory.change("test") { try $0.editUser(nil, at: .account("A"), edits) } }
                == .invalidClaims)
    }

    @Test func `roles are changed by name, and names are unique`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var role = RoleEdits()
        role.role = "reader"
        try directory.change("test") { try $0.editSigningKeys(["generate"], at: .account("A"), role) }
        #expect(
            refusal { try directory.change("test") { try $0.editSigningKeys(["generate"], at: .account("A"), role) } }
                == .alreadyExists)
        var edits = RoleEdits()
        edits.limits.payload = 100
        edits.description = "reads"
        try directory.change("test") { try $0.editSigningKeys(["reader"], at: .account("A"), edits) }
        let claims = try directory.claims(ofAccount: "A")
        #expect(claims.signingKeys.count == 1)
        let scope = try #require(claims.signingKeys.first?.scope)
        #expect(scope.template.payload == 100 && scope.description == "reads" && scope.role == "reader")
    }

    @Test func `a plain signing key becomes a role, and signs no more without one`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") {
            try $0.editAccount(at: .account("A"), AccountEdits(), signingKeys: ListEdits(add: ["generate"]))
        }
        let key = try #require(try directory.claims(ofAccount: "A").signingKeys.first?.key)
        var role = RoleEdits()
        role.role = "reader"
        try directory.change("test") { try $0.editSigningKeys([key], at: .account("A"), role) }
        #expect(try directory.claims(ofAccount: "A").signingKeys.map { $0.scope?.role } == ["reader"])
        #expect(try directory.read { try $0.key(PublicKey(key))?.role } == "reader")
    }

    @Test func `credentials hold the current token and the seed`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        let file = try directory.change("test") { try $0.credentials(of: nil, at: .account("A")) }.value
        let credentials = try Credentials.parse(file)
        let user = try directory.read { try $0.user(nil, of: $0.account(at: .account("A"))) }
        #expect(credentials.jwt == user.token && credentials.keyPair.publicKey == user.publicKey)
        let signIn = try directory.signIn(as: nil, at: .account("A"))
        #expect(signIn.token == user.token && signIn.keyPair.seed == credentials.keyPair.seed)
    }

    @Test func `a user whose key was made elsewhere has no credentials here`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var new = NewUser(name: "u")
        new.publicKey = KeyPair.generate(.user).publicKey
        try directory.change("test") { try $0.addUser(new, at: .account("A")) }
        #expect(
            refusal { try directory.change("test") { _ = try $0.credentials(of: nil, at: .account("A")) } }
                == .seedMissing)
        new.name = "v"
        #expect(refusal { try directory.change("test") { try $0.addUser(new, at: .account("A")) } } == .alreadyExists)
    }

    @Test func `deleting says that credentials live on, unless they are revoked`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        func delete(revoking: Bool) throws -> (ChangeReport, PublicKey) {
            let key = try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }.value
                .publicKey
            let report = try directory.change("test") {
                try $0.deleteUser(
                    EntityReference("u"), at: .account("A"), revoking: revoking, forgettingSeed: revoking)
            }.report
            return (report, key)
        }
        var (report, key) = try delete(revoking: false)
        #expect(report.warnings.count == 1)
        #expect(try directory.claims(ofAccount: "A").revocations.isEmpty)
        #expect(try directory.read { try $0.key(key)?.hasSeed } == true)

        (report, key) = try delete(revoking: true)
        #expect(report.warnings.isEmpty)
        #expect(try directory.claims(ofAccount: "A").revocations.entries.keys.sorted() == [key.text])
        #expect(try directory.read { try $0.key(key)?.hasSeed } == false)
        #expect(refusal { _ = try directory.claims(ofUser: "u", in: "A") } == .notFound)
    }

    @Test func `a user can take a role and leave it`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var role = RoleEdits()
        role.role = "reader"
        var new = NewUser(name: "u")
        new.limits.permissions.allowPublish = ["x"]
        try directory.change("test") { change in
            try change.editSigningKeys(["generate"], at: .account("A"), role)
            try change.addUser(new, at: .account("A"))
        }
        var report = try directory.change("test") {
            try $0.editUser(nil, at: .account("A"), UserEdits(), signer: .named("reader"))
        }.report
        #expect(try report.warnings.count == 1 && directory.claims(ofUser: "u", in: "A").limits.isEmpty)

        let identity = try directory.claims(ofAccount: "A").subject
        report = try directory.change("test") {
            try $0.editUser(nil, at: .account("A"), UserEdits(), signer: .named(identity))
        }.report
        let claims = try directory.claims(ofUser: "u", in: "A")
        #expect(report.warnings.count == 1 && claims.limits == UserPermissionLimits())
        #expect(claims.issuer == identity && claims.issuerAccount.isEmpty)
        #expect(try directory.findings(at: test.now).isEmpty)
    }

    @Test func `taking a signing key out names the users it signed`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var role = RoleEdits()
        role.role = "reader"
        try directory.change("test") { change in
            try change.editSigningKeys(["generate"], at: .account("A"), role)
            try change.addUser(NewUser(name: "u"), at: .account("A"), signer: .named("reader"))
            try change.addUser(NewUser(name: "v"), at: .account("A"))
        }
        let key = try #require(try directory.claims(ofAccount: "A").signingKeys.first?.key)
        let report = try directory.change("test") {
            try $0.editAccount(at: .account("A"), AccountEdits(), signingKeys: ListEdits(remove: [key]))
        }.report
        #expect(report.warnings.count == 1 && report.warnings.allSatisfy { $0.contains("\"u\"") })
        #expect(try directory.findings(at: test.now).map(\.name) == ["u"])
    }
}

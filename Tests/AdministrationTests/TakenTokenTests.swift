import Claims
import NKeys
import Testing

@testable import Administration

/// Which tokens that were signed elsewhere replace what is here.
@Suite struct TakenTokenTests {
    @Test func `A user is not called what stands for everybody`() throws {
        let directory = try TestDirectory().opened(accounts: "A")
        let account = try directory.read { try $0.account(at: .account("A")) }
        let signer = try #require(try directory.read { try directory.keyring($0).keyPair(account.publicKey) })
        func token(_ name: String) throws -> String {
            let key = KeyPair.generate(.user).publicKey.text
            return try UserClaims(subject: key, name: name).encode(signedBy: signer, at: TestDirectory.start)
        }
        #expect(try refusal { try directory.change("test") { _ = try $0.importUser(token("*")) } } == .invalidValue)
        try directory.change("test") { _ = try $0.importUser(token("a*")) }
    }

    /// An operator that is in two directories, with its keys in both, so that one can sign what the other takes.
    private struct Twins {
        let here = TestDirectory()
        let there = TestDirectory()
        let directory: Directory
        let other: Directory

        init() throws {
            directory = try here.opened(accounts: "A")
            let store = try directory.change("test") { try $0.exportStore(of: nil, .allDirs) }.value
            try store.write(to: here.home.path + "/store")
            other = try there.open()
            let content = try StoreContent.read(here.home.path + "/store")
            #expect(try other.change("test") { try $0.importStore(content) }.value.isEmpty)
        }

        /// The account as it is elsewhere after an edit at some time.
        func edited(at time: Int64, _ tag: String) throws -> AccountEntry {
            there.now = time
            var edits = AccountEdits()
            edits.tags = ListEdits(add: [tag])
            try other.change("test") { try $0.editAccount(at: .account("A"), edits) }
            return try other.read { try $0.account(at: .account("A")) }
        }

        func take(_ entry: AccountEntry, isForced: Bool = false) -> AdministrationError.Code? {
            var options = TakingOptions()
            (options.overwrites, options.isForced) = (true, isForced)
            return refusal { try directory.change("test") { try $0.importAccount(entry.token, options) } }
        }

        func pull(_ entry: AccountEntry, overwritingNewer: Bool = false) throws -> PullOutcome.Result {
            try directory.change("test") { change in
                let tokens = [entry.publicKey: entry.token]
                return try change.pull(tokens, of: change.reader.operator(nil), overwritingNewer: overwritingNewer)
            }.value[0].result
        }

        /// Another token of the same account and second.
        func sameSecond(as entry: AccountEntry) throws -> AccountEntry {
            var claims = try entry.claims()
            claims.tags = ["another"]
            let signer = try other.read { try other.keyring($0).keyPair(entry.operator) }
            let token = try claims.encode(signedBy: #require(signer), at: claims.issuedAt)
            return AccountEntry(publicKey: entry.publicKey, operator: entry.operator, name: entry.name, token: token)
        }

        var current: AccountEntry {
            get throws { try directory.read { try $0.account(at: .account("A")) } }
        }
    }

    @Test func `an equal one with other bytes is taken and recorded, an earlier one is not`() throws {
        let twins = try Twins()
        let time = TestDirectory.start + 100
        let one = try twins.edited(at: time, "one")
        #expect(twins.take(one) == nil)
        twins.here.now = time
        // The same second, signed by somebody who did not know.
        let again = try twins.sameSecond(as: one)
        #expect(again.token != one.token)
        #expect(try again.claims().issuedAt == one.claims().issuedAt)
        #expect(twins.take(again) == nil)
        #expect(try twins.current.token == again.token)
        #expect(try twins.pull(one) == .changed)
        #expect(try twins.current.token == one.token)
        var query = AuditQuery()
        query.object = "A"
        let versions = try twins.directory.audit(query).entries.compactMap(\.record.after)
        #expect(versions.suffix(3) == [one, again, one].map { TokenVersion(of: $0.token).hex })

        let late = try twins.edited(at: time + 10, "late")
        #expect(twins.take(late) == nil)
        #expect(twins.take(one) == .refused)
        #expect(twins.take(one, isForced: true) == nil)
        #expect(try twins.directory.verifyAudit().problems.isEmpty)
    }

    @Test func `one that is dated more than an hour ahead is taken only by force`() throws {
        let twins = try Twins()
        let limit = TestDirectory.start + 3600
        #expect(twins.take(try twins.edited(at: limit, "one")) == nil)
        let late = try twins.edited(at: limit + 1, "two")
        #expect(twins.take(late) == .refused)
        guard case .refused = try twins.pull(late) else {
            Issue.record("it was taken")
            return
        }
        #expect(try twins.current.claims().issuedAt == limit)
        #expect(try twins.pull(late, overwritingNewer: true) == .changed)
        let later = try twins.edited(at: limit + 100, "three")
        #expect(twins.take(later, isForced: true) == nil)
    }
}

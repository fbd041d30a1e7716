import Claims
import Foundation
import NKeys
import Testing

@testable import Administration

@Suite struct ManagedOperatorTests {
    private let pair = KeyPair.generate(.operator)

    private func token(_ name: String = "R", at time: Int64 = TestDirectory.start, tags: [String] = []) throws -> String
    {
        var claims = OperatorClaims(subject: pair.publicKey.text, name: name)
        claims.tags = tags
        return try claims.encode(signedBy: pair, at: time)
    }

    private func take(_ token: String, forced: Bool = false, _ directory: Directory) throws {
        try directory.change("test") { try $0.takeOperator(token, isForced: forced) }
    }

    @Test func `accounts of an operator that is run elsewhere sign themselves`() throws {
        let test = TestDirectory()
        let directory = try test.open()
        try take(token(), directory)
        #expect(try directory.read { try $0.operator(nil).isManaged })
        let report = try directory.change("test") { try $0.addAccount(NewAccount(name: "A")) }.report
        #expect(report.warnings.contains { $0.contains("has signed itself") })
        let claims = try directory.claims(ofAccount: "A")
        #expect(claims.issuer == claims.subject)
        #expect(refusal { try directory.change("test") { try $0.deleteAccount(at: .account("A")) } } == .refused)
        var deletion = AccountDeletion()
        deletion.isForced = true
        try directory.change("test") { try $0.deleteAccount(at: .account("A"), deletion) }
    }

    @Test func `its token is replaced only when that is said`() throws {
        let test = TestDirectory()
        let directory = try test.open()
        try take(token(), directory)
        try take(token(), directory)
        let later = try token(at: TestDirectory.start + 5, tags: ["later"])
        #expect(refusal { try take(later, directory) } == .alreadyExists)
        try take(later, forced: true, directory)
        #expect(try directory.claims().tags == ["later"])
        #expect(try directory.read { try $0.operators().count } == 1)
    }

    @Test func `what is no operator's own token is refused`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let (forger, user) = (KeyPair.generate(.operator), KeyPair.generate(.user))
        let forged = try OperatorClaims(subject: pair.publicKey.text, name: "R").encode(signedBy: forger, at: test.now)
        #expect(refusal { try take(forged, directory) } == .refused)
        #expect(try refusal { try take(token("O"), directory) } == .alreadyExists)
        let account = try directory.read { try $0.account(at: .account("A")).token }
        #expect(refusal { try take(account, directory) } == .invalidValue)
        #expect(refusal { try take("nonsense", directory) } == .invalidValue)
        #expect(try refusal { try directory.change("test") { try $0.takeOperator(token(), named: "Q") } } == .refused)
        #expect(user.publicKey.kind == .user)
        #expect(try directory.read { try $0.operators().map(\.name) } == ["O"])
    }

    // MARK: Loose files

    @Test func `loose files become the directory they came from`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B")
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        let folder = test.home.path + "/loose"
        try FileManager.default.createDirectory(atPath: folder + "/deep", withIntermediateDirectories: true)
        let tokens = try directory.read { reader in
            let entry = try reader.operator(nil)
            let accounts = try reader.accounts(of: entry)
            return try [entry.token] + accounts.map(\.token)
                + accounts.flatMap { try reader.users(of: $0).map(\.token) }
        }
        for (index, token) in tokens.enumerated() {
            try Data(token.utf8).write(to: URL(filePath: "\(folder)/deep/\(index).jwt"))
        }
        try Data("nonsense".utf8).write(to: URL(filePath: "\(folder)/x.jwt"))
        let loose = try LooseFiles.read([folder])
        #expect(loose.problems.map(\.path) == ["\(folder)/x.jwt"] && loose.tokens.count == 4)

        let mended = TestDirectory()
        let other = try mended.open()
        #expect(try other.change("test") { try $0.take(loose) }.value.isEmpty)
        #expect(try other.claims(ofUser: "u", in: "A") == directory.claims(ofUser: "u", in: "A"))
        #expect(try other.claims(ofAccount: "B") == directory.claims(ofAccount: "B"))
        // The same again changes nothing.
        #expect(try other.change("test") { try $0.take(loose) }.report.items.isEmpty)
    }

    @Test func `files that belong to nobody are named`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { try $0.addUser(NewUser(name: "u"), at: .account("A")) }
        let folder = test.home.path + "/loose"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (account, user) = try directory.read { reader in
            let account = try reader.account(at: .account("A"))
            return (account.token, try reader.users(of: account)[0].token)
        }
        try Data(account.utf8).write(to: URL(filePath: "\(folder)/a.jwt"))
        try Data(user.utf8).write(to: URL(filePath: "\(folder)/u.jwt"))
        let elsewhere = TestDirectory()
        let other = try elsewhere.open()
        let problems = try other.change("test") { try $0.take(LooseFiles.read([folder])) }.value
        #expect(problems.map(\.path) == ["\(folder)/a.jwt", "\(folder)/u.jwt"])
        #expect(refusal { _ = try LooseFiles.read([folder + "/missing"]) } == .notFound)
    }
}

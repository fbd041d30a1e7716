import Claims
import Foundation
import NKeys
import Secrets
import TestSupport
import Testing

@testable import Administration

@Suite struct InterchangeTests {
    @Test(arguments: StoreLayout.allCases, [UInt64.random(in: 0...UInt64.max), 1])
    func `what goes out as a store comes in elsewhere as it was`(_ layout: StoreLayout, _ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (here, there) = (TestDirectory(), TestDirectory())
        let directory = try here.open()
        try directory.change("test") { change in
            for number in 0..<Int.random(in: 1...3, using: &random) {
                try Self.fill(change, "O \(number)", &random)
            }
            try change.storeKey(KeyPair.generate(.curve))
        }
        let folder = here.home.path + "/store"
        try directory.change("test") { try $0.exportStore(of: nil, layout) }.value.write(to: folder)
        let content = try StoreContent.read(folder)
        #expect(content.problems.isEmpty, "random seed \(seed)")
        let other = try there.open()
        #expect(try other.change("test") { try $0.importStore(content) }.value.isEmpty)
        #expect(try Self.everything(in: other) == Self.everything(in: directory), "random seed \(seed)")
        let again = try other.change("test") { try $0.importStore(content) }
        #expect(again.report.items.isEmpty && again.report.warnings.isEmpty)
    }

    @Test func `loose files with a damaged seed, or more than a token, are named`() throws {
        let test = TestDirectory()
        let folder = test.home.path + "/loose"
        let operatorKey = KeyPair.generate(.operator)
        let (user, account) = (KeyPair.generate(.user), KeyPair.generate(.account))
        let jwt = try UserClaims(subject: user.publicKey.text, name: "u").encode(signedBy: account, at: 1)
        let file = Self.text(try UserClaims.credentials(jwt: jwt, seed: user.seed))
        let seed = Self.text(user.seed)
        let key = Self.text(operatorKey.seed)
        try PrivateFile.makeFolder(folder)
        func write(_ text: String, _ name: String) throws {
            try PrivateFile.write(Secret(copying: Array(text.utf8)), to: "\(folder)/\(name)")
        }
        try write(file, "good.creds")
        try write(jwt + "\n", "alone.creds")
        try write(file.replacing(seed, with: seed.lowercased()), "lower.creds")
        try write(file.replacing(seed, with: seed.dropLast(5)), "cut.creds")
        try write("\(jwt)\n\(seed)\n", "bare.creds")
        try write(jwt.prefix(60) + " " + jwt.dropFirst(60), "blank.jwt")
        try write(jwt.prefix(60) + "\0" + jwt.dropFirst(60), "nul.jwt")
        try write(" \n" + jwt.prefix(60) + "\r\n" + jwt.dropFirst(60) + "\n\n", "wrapped.jwt")
        try write("\(key)\n\(Self.text(account.seed))\n", "two.nk")
        try write(key.dropLast(9) + (key.dropLast(8).last == "A" ? "B" : "A") + key.suffix(8), "typo.nk")
        let loose = try LooseFiles.read([folder])
        let problems = loose.problems.map { $0.path.split(separator: "/").last.map(String.init) ?? "" }
        #expect(
            Set(problems) == ["lower.creds", "cut.creds", "bare.creds", "blank.jwt", "nul.jwt", "typo.nk"])
        #expect(loose.problems.contains { $0.message.contains("without the lines that mark them") })
        #expect(loose.problems.contains { $0.message.contains("invalid checksum") })
        #expect(loose.problems.allSatisfy { !$0.message.contains(seed.dropLast(5)) })
        #expect(loose.tokens.count == 1)
        let keys = Set(loose.pairs.map(\.publicKey))
        #expect(keys == [operatorKey.publicKey, account.publicKey, user.publicKey])
    }

    private static func text(_ secret: Secret) -> String { secret.withBytes { String(decoding: $0, as: UTF8.self) } }

    private static func fill(_ change: Change, _ name: String, _ random: inout SeededGenerator) throws {
        var new = NewOperator(name: name)
        (new.withSystemAccount, new.withSigningKey) = (.random(using: &random), .random(using: &random))
        let entry = try change.addOperator(new)
        for number in 0..<Int.random(in: 0...3, using: &random) {
            let account = try change.addAccount(
                NewAccount(name: "A@\(number)"), of: EntityReference(entry.publicKey))
            let place = Place(operator: EntityReference(entry.publicKey), account: EntityReference(account.publicKey))
            var edits = RoleEdits()
            edits.role = "reader"
            try change.editSigningKeys(["generate"], at: place, edits)
            for number in 0..<Int.random(in: 0...3, using: &random) {
                let isReader = Bool.random(using: &random)
                try change.addUser(
                    NewUser(name: "u \(number)"), at: place, signer: isReader ? .named("reader") : .automatic)
            }
        }
    }

    /// Every token and every key, as texts.
    private static func everything(in directory: Directory) throws -> Set<String> {
        try directory.read { reader in
            var texts: Set<String> = []
            for entry in try reader.operators() {
                texts.insert("\(entry.name) \(entry.token) \(entry.isManaged)")
                for account in try reader.accounts(of: entry) {
                    texts.insert("\(account.name) \(account.token)")
                    for user in try reader.users(of: account) { texts.insert("\(user.name) \(user.token)") }
                }
            }
            for key in try reader.keys() {
                texts.insert("\(key.publicKey) \(key.purpose) \(key.role ?? "") \(key.owner ?? "") \(key.hasSeed)")
            }
            return texts
        }
    }

    @Test func `a folder without a store is no store`() throws {
        let test = TestDirectory()
        _ = try test.open()
        #expect(refusal { _ = try StoreContent.read(test.home.path) } == .notFound)
        #expect(refusal { _ = try StoreContent.read("/nowhere") } == .notFound)
        #expect(refusal { _ = try KeyFolder.read("/nowhere", recursively: true) } == .notFound)
    }

    @Test func `names lead to no file outside of the store`() throws {
        let test = TestDirectory()
        let directory = try test.open()
        for name in ["../../x", "a/b", "a\\b", "..", ".", "...", ".x"] {
            let isRefused =
                refusal { try directory.change("test") { try $0.addOperator(NewOperator(name: name)) } } != nil
            guard !isRefused else { continue }
            let store = try directory.change("test") { try $0.exportStore(of: EntityReference(name), .allDirs) }.value
            #expect(!store.files.contains { $0.path.split(separator: "/").contains("..") }, "\(name)")
        }
    }
}

import Foundation
import GRDB
import NKeys
import Secrets
import Testing

@testable import Administration

@Suite struct KeyringTests {
    @Test func `seeds come back as they were kept`() throws {
        let test = TestDirectory()
        let pairs = [KeyKind.operator, .account, .user, .curve].map { KeyPair.generate($0) }
        let directory = try test.open()
        try directory.change("test") { change in try pairs.forEach { try change.storeKey($0) } }
        try test.open().read { reader throws in
            for pair in pairs {
                #expect(try directory.keyring(reader).keyPair(pair.publicKey)?.seed == pair.seed)
            }
            #expect(try directory.keyring(reader).keyPair(KeyPair.generate(.user).publicKey) == nil)
        }
    }

    @Test func `no file holds a seed as it is`() throws {
        let test = TestDirectory()
        let pair = KeyPair.generate(.user)
        try test.open().change("test") { try $0.storeKey(pair) }
        let seed = pair.seed.withBytes { Data($0) }
        for name in try FileManager.default.contentsOfDirectory(atPath: test.home.path) {
            let content = try Data(contentsOf: URL(fileURLWithPath: test.home.path + "/" + name))
            #expect(content.range(of: seed) == nil, "\(name)")
        }
    }

    @Test func `without the key file nothing is signed and nothing is touched`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try FileManager.default.removeItem(atPath: test.home.keyFilePath)
        #expect(refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "B")) } } == .keyringLocked)
        #expect(!PrivateFile.exists(test.home.keyFilePath))
        #expect(try directory.read { try $0.accounts(of: $0.operator(nil)).map(\.name) } == ["A"])
    }

    @Test func `another directory's key file is refused`() throws {
        let (test, other) = (TestDirectory(), TestDirectory())
        let directory = try test.opened()
        _ = try other.opened()
        try PrivateFile.write(PrivateFile.read(other.home.keyFilePath), to: test.home.keyFilePath)
        #expect(refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "B")) } } == .keyringLocked)
    }

    @Test(arguments: [
        "", "hello\n", "chancery keyring key 1\n12\n", "chancery keyring key 1\n\(String(repeating: "g", count: 64))\n",
    ])
    func `a file that is no key file is refused`(_ content: String) throws {
        let test = TestDirectory()
        let directory = try test.opened()
        try PrivateFile.write(Secret(copying: Array(content.utf8)), to: test.home.keyFilePath)
        #expect(refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "B")) } } == .keyringLocked)
    }

    @Test func `a key file that others can read is refused`() throws {
        let test = TestDirectory()
        let directory = try test.opened()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: test.home.keyFilePath)
        #expect(refusal { try directory.change("test") { try $0.addAccount(NewAccount(name: "B")) } } == .keyringLocked)
    }

    @Test func `a seed that was altered or moved to another key does not open`() throws {
        let test = TestDirectory()
        let (one, two) = (KeyPair.generate(.user), KeyPair.generate(.user))
        let directory = try test.open()
        try directory.change("test") { change in
            try change.storeKey(one)
            try change.storeKey(two)
        }
        try directory.change("test") { change in
            try change.database.execute(
                sql: """
                    UPDATE seeds SET (nonce, sealed) =
                        (SELECT nonce, sealed FROM seeds WHERE public_key = ?) WHERE public_key = ?
                    """, arguments: [one.publicKey.text, two.publicKey.text])
        }
        try directory.read { reader throws in
            #expect(try directory.keyring(reader).keyPair(one.publicKey) != nil)
            #expect(refusal { _ = try directory.keyring(reader).keyPair(two.publicKey) } == .keyringLocked)
        }
    }

    @Test func `a key file that outlived a failed first change is used again`() throws {
        let test = TestDirectory()
        let directory = try test.open()
        try directory.change("test", dryRun: true) { try $0.addOperator(NewOperator(name: "O")) }
        #expect(!PrivateFile.exists(test.home.keyFilePath), "what is only tried leaves nothing")
        let failure = refusal {
            try directory.change("test") { change in
                try change.addOperator(NewOperator(name: "O"))
                throw AdministrationError(.refused, "in the end")
            }
        }
        #expect(failure == .refused)
        let key = try PrivateFile.read(test.home.keyFilePath)
        try directory.change("test") { try $0.addOperator(NewOperator(name: "O")) }
        #expect(try PrivateFile.read(test.home.keyFilePath) == key)
    }
}

import NKeys
import Secrets
import Testing

@testable import Administration

@Suite struct SignerChoiceTests {
    private func pair(_ choice: SignerChoice) -> KeyPair? {
        guard case .pair(let pair) = choice else { return nil }
        return pair
    }

    @Test func `a seed, a file with one, a key and a role are told apart`() throws {
        let test = TestDirectory()
        try PrivateFile.makeFolder(test.home.path)
        let expected = KeyPair.generate(.account)
        let seed = expected.seed.withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(pair(try SignerChoice.read(seed))?.publicKey == expected.publicKey)

        let file = test.home.path + "/account.nk"
        try PrivateFile.write(Secret(copying: Array("# mine\n\(seed)\n".utf8)), to: file)
        #expect(pair(try SignerChoice.read(file))?.publicKey == expected.publicKey)

        for name in ["reader", expected.publicKey.text, "missing.nk"] {
            guard case .written(let text) = try SignerChoice.read(name) else {
                Issue.record("\(name) is a name")
                continue
            }
            #expect(text == name)
        }
    }

    @Test func `a damaged seed is refused without being repeated`() throws {
        let seed = KeyPair.generate(.account).seed.withBytes { String(decoding: $0, as: UTF8.self) }
        let damaged = String(seed.dropLast(3)) + "AAA"
        do {
            _ = try SignerChoice.read(damaged)
            Issue.record("it was taken")
        } catch {
            #expect(error.code == .invalidValue)
            #expect(!error.description.contains(damaged.prefix(20)))
        }
    }
}

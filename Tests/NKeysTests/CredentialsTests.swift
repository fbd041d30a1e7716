import Foundation
import Secrets
import Testing

@testable import NKeys

@Suite("Credentials and key files")
struct CredentialsTests {
    private let pair = KeyPair.generate(.user)
    private let jwt = "eyJ0.eyJhIjoxfQ.c2ln"

    @Test("a file that was written can be read")
    func roundTrip() throws {
        let file = try Credentials(jwt: jwt, keyPair: pair).formatted()
        let read = try Credentials.parse(file)
        #expect(read.jwt == jwt)
        #expect(read.keyPair.publicKey == pair.publicKey)
        #expect(text(Credentials.jwt(in: file)) == jwt)
    }

    @Test("a seed that is there must be right; a file without any may be taken")
    func damagedSeeds() throws {
        let seed = text(pair.seed)
        let file = text(try Credentials.format(jwt: jwt, seed: pair.seed))
        #expect(try Credentials.userKeyPairIfAny(in: secret(file))?.publicKey == pair.publicKey)
        for damaged in [
            seed.replacing(seed.dropFirst(20).prefix(1), with: "1", maxReplacements: 1), seed.lowercased(),
            String(seed.dropLast(4)), " " + seed, "X" + seed.dropFirst(), String(seed.prefix(30)), "", seed + "!",
            String(seed.prefix(20)) + " " + seed.dropFirst(20), text(KeyPair.generate(.account).seed),
        ] {
            let error = #expect(throws: NKeyError.self, "\(damaged)") {
                try Credentials.userKeyPairIfAny(in: secret(file.replacing(seed, with: damaged)))
            }
            #expect(damaged.count < 30 || error?.message.contains(damaged) == false)
        }
        let block = file.components(separatedBy: "*****")[0]
        for seedless in [jwt, jwt + "\n", block, String(repeating: "eyJhSUBbAA\n", count: 9)] {
            #expect(try Credentials.userKeyPairIfAny(in: secret(seedless)) == nil)
            #expect(!Credentials.hasSeed(secret(seedless)))
        }
    }

    @Test("every seed of a key file is read, and one with a typo is told")
    func seedsOfKeyFiles() {
        let (one, other) = (text(KeyPair.generate(.operator).seed), text(pair.seed))
        let typo = other.dropLast(9) + (other.dropLast(8).last == "A" ? "B" : "A") + other.suffix(8)
        let both = KeyFile.pairs(in: secret("# keys\n\(one)\n  \(other)\n\(pair.publicKey)\n"))
        #expect(both.pairs.map(\.publicKey.kind) == [.operator, .user])
        #expect(both.faults.isEmpty)
        let damaged = KeyFile.pairs(in: secret("\(typo)\n"))
        #expect(damaged.pairs.isEmpty)
        #expect(damaged.faults.map(\.code) == [.invalidChecksum])
    }

    private func secret(_ text: String) -> Secret { Secret(copying: Array(text.utf8)) }

    @Test("the text has the exact markers")
    func exactText() throws {
        let seed = text(pair.seed)
        let expected = """
            -----BEGIN NATS USER JWT-----
            \(jwt)
            ------END NATS USER JWT------

            ************************* IMPORTANT *************************
            NKEY Seed printed below can be used to sign and prove identity.
            NKEYs are sensitive and should be treated as secrets.

            -----BEGIN USER NKEY SEED-----
            \(seed)
            ------END USER NKEY SEED------

            *************************************************************

            """
        #expect(text(try Credentials.format(jwt: jwt, seed: pair.seed)) == expected)
    }

    @Test("line breaks of other systems and text around the blocks do not matter")
    func tolerance() throws {
        let file = text(try Credentials.format(jwt: jwt, seed: pair.seed))
        for variant in [file.replacing("\n", with: "\r\n"), "note\n" + file, "\u{FEFF}" + file] {
            let read = try Credentials.parse(Secret(copying: Array(variant.utf8)))
            #expect(read.jwt == jwt)
            #expect(read.keyPair.publicKey == pair.publicKey)
        }
    }

    @Test("a file without a JWT is no credentials file, and its content stays out of the error")
    func bareSeed() {
        let error = #expect(throws: NKeyError.self) { try Credentials.parse(pair.seed) }
        #expect(error?.code == .noTokenFound)
        #expect(error?.message.contains(text(pair.seed)) == false)
    }

    /// The whole file would stand for the JWT, and the seed would be in a text that everybody prints.
    @Test("a token without a block does not bring the seed along")
    func bareTokenAndSeed() {
        let file = Secret(copying: Array("\(jwt)\n\(text(pair.seed))\n".utf8))
        let error = #expect(throws: NKeyError.self) { try Credentials.parse(file) }
        #expect(error?.code == .noTokenFound)
    }

    @Test("an account's seed is not a user's")
    func otherKinds() throws {
        let account = KeyPair.generate(.account)
        let file = try Credentials.format(jwt: jwt, seed: account.seed)
        #expect(throws: NKeyError.notAUserSeed) { try Credentials.parse(file) }
        #expect(try file.withBytes { try Credentials.keyPair(in: $0) }.publicKey == account.publicKey)
        #expect(throws: NKeyError.notDecoratable) { try Credentials.decorate(seed: KeyPair.generate(.server).seed) }
        #expect(throws: NKeyError.seedTooShort) { try Credentials.decorate(seed: Secret(copying: Array(" S\n".utf8))) }
    }

    @Test("a key file is its first line that is a key")
    func keyFiles() throws {
        func read(_ text: String) throws -> NKey { try KeyFile.parse(Secret(copying: Array(text.utf8))) }
        let seed = text(pair.seed)
        guard case .pair(let found) = try read("# my key\n\(seed)\r\nrest") else {
            Issue.record("a seed is a pair")
            return
        }
        #expect(found.publicKey == pair.publicKey)
        guard case .publicKey(let key) = try read("\n\(pair.publicKey.text)") else {
            Issue.record("a public key is no pair")
            return
        }
        #expect(key == pair.publicKey)
        #expect(throws: NKeyError.self) { try read(" \(seed)") }
        #expect(throws: NKeyError.self) { try read("") }
    }

    @Test("a vanity search finds its prefix or says why it cannot")
    func vanity() throws {
        let found = try #require(try Vanity.search(.user, prefix: "a"))
        #expect(found.publicKey.text.hasPrefix("UA"))
        #expect(throws: NKeyError.self) { try Vanity.search(.user, prefix: "1") }
        #expect(throws: NKeyError.self) { try Vanity.search(.user, prefix: "Z") }
        let error = #expect(throws: NKeyError.self) { try Vanity.search(.user, prefix: "AAAAAAAAAA", attempts: 3) }
        #expect(error?.message == "Failed to generate prefix after 3 attempts")
        #expect(try Vanity.search(.user, prefix: "AAAAAAAAAA", isCancelled: { true }) == nil)
    }

    private func text(_ secret: Secret) -> String { secret.withBytes { String(decoding: $0, as: UTF8.self) } }
}

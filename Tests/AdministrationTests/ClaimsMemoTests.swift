import Claims
import NKeys
import Synchronization
import Testing

@testable import Administration

/// A signature is verified unless it was made here.
@Suite struct ClaimsMemoTests {
    private struct Fixture {
        let token: String
        let version: TokenVersion

        init(_ name: String) throws {
            let claims = UserClaims(subject: KeyPair.generate(.user).publicKey.text, name: name)
            token = try claims.encode(signedBy: .generate(.account), at: 1_800_000_000)
            version = TokenVersion(of: token)
        }
    }

    private final class Count: Sendable {
        let verified = Mutex(0)
        let read = Mutex(0)

        var memo: ClaimsMemo<UserClaims> {
            ClaimsMemo(most: 2, smallerThan: 16 << 10, mostRecent: 0) { text throws(ClaimsError) in
                self.read.withLock { $0 += 1 }
                return try UserClaims.decodeKnown(text)
            }
        }

        func verify(_ text: String) throws(ClaimsError) -> UserClaims {
            verified.withLock { $0 += 1 }
            return try UserClaims.decode(text)
        }
    }

    @Test func `what was signed here is read once and not verified; anything else is verified once`() throws {
        let count = Count()
        let memo = count.memo
        let (own, other) = (try Fixture("own"), try Fixture("other"))
        memo.rememberSigned(own.version)
        for _ in 0..<2 {
            #expect(try memo.claims(of: own.token, count.verify).name == "own")
            #expect(try memo.claims(of: other.token, count.verify).name == "other")
        }
        // To be signed again takes nothing away.
        memo.rememberSigned(own.version)
        memo.rememberSigned(other.version)
        #expect(try memo.claims(of: own.token, count.verify).name == "own")
        #expect(try memo.claims(of: other.token, count.verify).name == "other")
        #expect(count.read.withLock { $0 } == 1 && count.verified.withLock { $0 } == 1)
    }

    @Test func `a token with another's signature is none, whatever was signed before`() throws {
        let count = Count()
        let memo = count.memo
        let (own, other) = (try Fixture("own"), try Fixture("other"))
        memo.rememberSigned(own.version)
        let forged = own.token.split(separator: ".").dropLast() + other.token.split(separator: ".").suffix(1)
        #expect(throws: ClaimsError.self) { try memo.claims(of: forged.joined(separator: "."), count.verify) }
    }

    @Test func `what was signed long ago is verified again`() throws {
        let count = Count()
        let memo = count.memo
        let fixtures = try (0..<3).map { try Fixture("\($0)") }
        for fixture in fixtures { memo.rememberSigned(fixture.version) }
        #expect(try memo.claims(of: fixtures[0].token, count.verify).name == "0")
        #expect(count.read.withLock { $0 } == 0 && count.verified.withLock { $0 } == 1)
    }
}

import NIOCore
import NKeys
import Testing

@testable import AdminAPI

@Suite struct ChallengesTests {
    private let key = KeyPair.generate(.user).publicKey

    @Test func `a challenge is answered once, and within a minute`() async {
        let challenges = Challenges()
        let one = await challenges.make(for: key, host: "h", from: "a", now: 100)
        #expect(one.text.hasPrefix("chancery-auth-v1\nh\n"))
        #expect(await challenges.take(one.nonce, now: 160)?.nonce == one.nonce)
        #expect(await challenges.take(one.nonce, now: 160) == nil)
        let late = await challenges.make(for: key, host: "h", from: "a", now: 100)
        #expect(await challenges.take(late.nonce, now: 161) == nil)
    }

    @Test func `whoever asks for many crowds out his own alone`() async {
        let challenges = Challenges()
        let other = await challenges.make(for: key, host: "h", from: "other", now: 100)
        var made: [Challenges.Challenge] = []
        for _ in 0..<(2 * Challenges.most) {
            made.append(await challenges.make(for: key, host: "h", from: "flood", now: 100))
        }
        #expect(await challenges.take(other.nonce, now: 101) != nil)
        let kept = made.suffix(Challenges.mostOfSource)
        #expect(await challenges.take(made[made.count - kept.count - 1].nonce, now: 101) == nil)
        for challenge in kept { #expect(await challenges.take(challenge.nonce, now: 101) != nil) }
    }

    @Test func `when all together are too many the source with the most gives way`() async {
        let challenges = Challenges()
        let first = await challenges.make(for: key, host: "h", from: "first", now: 100)
        for source in 0..<40 {
            for _ in 0..<Challenges.mostOfSource {
                _ = await challenges.make(for: key, host: "h", from: "\(source)", now: 100)
            }
        }
        let last = await challenges.make(for: key, host: "h", from: "last", now: 100)
        for challenge in [first, last] { #expect(await challenges.take(challenge.nonce, now: 100) != nil) }
    }

    @Test func `a network of IPv6 is one source, and IPv4 is the same on every socket`() throws {
        func source(_ text: String) throws -> String? {
            ServiceContext.source(try SocketAddress(ipAddress: text, port: 1))
        }
        #expect(try source("2001:db8::1") == source("2001:db8::ffff:2"))
        #expect(try source("2001:db8::1") != source("2001:db8:0:1::1"))
        #expect(try source("192.0.2.7") == "192.0.2.7")
        #expect(try source("::ffff:192.0.2.7") == "192.0.2.7")
    }
}

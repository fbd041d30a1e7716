import NIOCore
import Testing

@testable import Broker

@Suite("When a connection is secured") struct TLSEntranceTests {
    private static let handshake: UInt8 = 0x16
    private static let letter = UInt8(ascii: "C")

    @Test("usually behind the greeting, and nothing but a handshake may follow")
    func behindTheGreeting() {
        var entrance = TLSEntrance(first: .no, allowsPlain: false)
        #expect(entrance.patience == nil)
        #expect(entrance.begin() == .greet)
        #expect(entrance.received(first: Self.handshake) == .secure)
        #expect(entrance.received(first: Self.letter) == .nothing)
        #expect(entrance.secured() == .open)
        #expect(entrance.timedOut() == .nothing)

        var other = TLSEntrance(first: .no, allowsPlain: false)
        _ = other.begin()
        #expect(other.received(first: Self.letter) == .close)
        #expect(other.secured() == .nothing)
    }

    @Test("where plain clients are allowed the first byte says, or silence")
    func plainClients() {
        var plain = TLSEntrance(first: .no, allowsPlain: true)
        #expect(plain.begin() == .greet)
        #expect(plain.received(first: Self.letter) == .open)
        var secure = TLSEntrance(first: .no, allowsPlain: true)
        _ = secure.begin()
        #expect(secure.received(first: Self.handshake) == .secure)
        #expect(secure.timedOut() == .close)
        var silent = TLSEntrance(first: .no, allowsPlain: true)
        _ = silent.begin()
        #expect(silent.timedOut() == .open)
    }

    @Test("the handshake may come first")
    func handshakeFirst() {
        var entrance = TLSEntrance(first: .always, allowsPlain: false)
        #expect(entrance.begin() == .nothing && entrance.patience == nil)
        #expect(entrance.received(first: Self.handshake) == .secure)
        #expect(entrance.secured() == .greetAndOpen)
        var other = TLSEntrance(first: .always, allowsPlain: true)
        _ = other.begin()
        #expect(other.received(first: Self.letter) == .close)
        var silent = TLSEntrance(first: .always, allowsPlain: false)
        #expect(silent.timedOut() == .close)
        #expect(silent.received(first: Self.handshake) == .nothing)
    }

    @Test("who is slow to begin is greeted, and who begins at once is not")
    func patience() {
        var slow = TLSEntrance(first: .fallback(.milliseconds(50)), allowsPlain: false)
        #expect(slow.patience == .milliseconds(50))
        #expect(slow.begin() == .nothing)
        #expect(slow.patienceEnded() == .greet)
        #expect(slow.received(first: Self.handshake) == .secure)
        #expect(slow.secured() == .open)
        var quick = TLSEntrance(first: .fallback(.milliseconds(50)), allowsPlain: false)
        _ = quick.begin()
        #expect(quick.received(first: Self.handshake) == .secure)
        #expect(quick.patienceEnded() == .nothing)
        #expect(quick.secured() == .greetAndOpen)
        var plain = TLSEntrance(first: .fallback(.zero), allowsPlain: false)
        #expect(plain.received(first: Self.letter) == .greetAndClose)
        #expect(plain.patienceEnded() == .nothing)
    }

    @Test("no more handshakes in a second than are allowed")
    func handshakeRate() {
        let rate = HandshakeRate(limit: 2)
        let counted = [0, 1, 999, 1000, 1500, 1700, 2000].map {
            rate.admits(now: .uptimeNanoseconds(5_000_000_000 + $0 * 1_000_000))
        }
        #expect(counted == [true, true, false, true, true, false, true])
    }
}

import Authorization
import Testing

@testable import Broker

@Suite struct ProxyHeaderTests {
    private func read(_ text: String) -> ProxyHeader.Reading { read(Array(text.utf8)) }

    private func read(_ bytes: [UInt8]) -> ProxyHeader.Reading { ProxyHeader.read(bytes.span) }

    private let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    private func binary(_ command: UInt8, _ family: UInt8, _ body: [UInt8]) -> [UInt8] {
        signature + [command, family, UInt8(body.count >> 8), UInt8(body.count & 255)] + body
    }

    @Test func readsALineAndLeavesWhatFollows() {
        let four = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 4222\r\n"
        #expect(
            read(four + "CONNECT {}\r\n")
                == .header(ProxyHeader(client: NetworkAddress("192.0.2.7"), port: 56324), end: four.utf8.count))
        let six = "PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n"
        #expect(read(six) == .header(ProxyHeader(client: NetworkAddress("2001:db8::7"), port: 1), end: six.utf8.count))
        #expect(read("PROXY UNKNOWN\r\n") == .header(ProxyHeader(client: nil, port: 0), end: 15))
        #expect(read("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n") == .header(ProxyHeader(client: nil, port: 0), end: 35))
    }

    @Test(arguments: [
        "CONNECT {}\r\n", "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n",
        "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY \r\n", "\n",
        "PROXY " + String(repeating: "x", count: 102),
    ])
    func refusesABrokenLine(_ text: String) {
        #expect(read(text) == .malformed)
    }

    @Test func readsBinaryHeaders() {
        let four = binary(0x21, 0x11, [192, 0, 2, 7, 198, 51, 100, 1, 0xDC, 0x04, 0x10, 0x7E])
        #expect(
            read(four + Array("CONNECT".utf8))
                == .header(ProxyHeader(client: NetworkAddress("192.0.2.7"), port: 56324), end: 28))
        let six: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [7]
        let long = binary(0x21, 0x21, six + six + [0, 1, 0, 2] + [4, 0, 1, 0])
        #expect(
            read(long) == .header(ProxyHeader(client: NetworkAddress("2001:db8::7"), port: 1), end: long.count))
        let unspoken = ProxyHeader.Reading.header(ProxyHeader(client: nil, port: 0), end: 16)
        #expect(read(binary(0x20, 0x00, [])) == unspoken)
        #expect(read(binary(0x21, 0x00, [])) == unspoken)
        #expect(read(binary(0x21, 0x31, [])) == unspoken)
    }

    @Test func refusesBrokenBinaryHeaders() {
        #expect(read(binary(0x11, 0x11, [UInt8](repeating: 1, count: 12))) == .malformed)
        #expect(read(binary(0x22, 0x11, [UInt8](repeating: 1, count: 12))) == .malformed)
        #expect(read(binary(0x21, 0x11, [UInt8](repeating: 1, count: 11))) == .malformed)
        #expect(read(binary(0x21, 0x21, [UInt8](repeating: 1, count: 35))) == .malformed)
        #expect(read(signature + [0x21, 0x11, 0x08, 0x01]) == .malformed)
        #expect(read([0x0D, 0x0A, 0x0D, 0x0B]) == .malformed)
    }

    @Test func waitsForTheRest() {
        for whole in [
            Array("PROXY TCP4 192.0.2.7 198.51.100.1 56324 4222\r\n".utf8),
            binary(0x21, 0x11, [UInt8](repeating: 1, count: 30)),
        ] {
            for count in 0..<whole.count { #expect(read(Array(whole[..<count])) == .incomplete) }
            guard case .header = read(whole) else { Issue.record("a whole header is read"); continue }
        }
    }
}

import NIOCore
import Testing

@testable import Broker

@Suite struct ServerHelloTests {
    /// A record with a server's first message.
    private func hello(session: Int, cipher: UInt16) -> [UInt8] {
        let body: [UInt8] =
            [3, 3] + [UInt8](repeating: 7, count: 32) + [UInt8(session)] + [UInt8](repeating: 9, count: session)
            + [UInt8(cipher >> 8), UInt8(cipher & 255), 0]
        return [22, 3, 3, 0, UInt8(body.count + 4), 2, 0, 0, UInt8(body.count)] + body
    }

    private func cipher(_ bytes: [UInt8]) -> UInt16? {
        ServerHello.cipher(ByteBuffer(bytes: bytes).readableBytesView)
    }

    @Test func theSuiteIsReadBehindTheSession() {
        #expect(cipher(hello(session: 0, cipher: 0xC02F)) == 0xC02F)
        #expect(cipher(hello(session: 32, cipher: 0x1302)) == 0x1302)
        #expect(ServerHello.name(0x1302) == "TLS_AES_256_GCM_SHA384" && ServerHello.name(0xAB) == "0x00AB")
    }

    @Test func whatIsNoneHasNone() {
        let hello = hello(session: 32, cipher: 0x1302)
        for count in 0..<hello.count - 1 { #expect(cipher(Array(hello.prefix(count))) == nil) }
        #expect(cipher([21] + hello.dropFirst()) == nil)
        var long = hello
        long[43] = 255
        #expect(cipher(long) == nil)
    }

    @Test(arguments: [
        ([UInt8](), ""), ([1], "AQ=="), ([1, 2], "AQI="), ([1, 2, 3], "AQID"), ([255, 254, 253, 252], "//79/A=="),
    ])
    func certificatesAsText(bytes: [UInt8], text: String) {
        #expect(
            PEMText.certificate(bytes)
                == "-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n")
        let lines = PEMText.certificate([UInt8](repeating: 0, count: 100)).split(separator: "\n")
        #expect(lines.count == 5 && lines[1].count == 64 && lines[2].count == 64 && lines[3].count == 8)
    }
}

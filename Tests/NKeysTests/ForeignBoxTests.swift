import Secrets
import Testing

@testable import NKeys

/// What PyNaCl's `Box` makes of two curve keys whose raw seeds are 1 and 2 thirty-two times, and the nonce 0 to 23.
@Suite("Boxes of another library")
struct ForeignBoxTests {
    private let sender = "SXAACAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAN4QM"
    private let recipient = "SXAAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAT5QQ"
    private let message = Array("sealed by another library".utf8)
    private let sealed: [UInt8] =
        Array("xkv1".utf8) + Array(0..<24) + [
            0xfb, 0xc0, 0x66, 0xf6, 0xbc, 0xeb, 0x44, 0x33, 0x46, 0x7a, 0xfb, 0x71, 0xed, 0xe6, 0x91, 0x38, 0x91, 0xaa,
            0xe2, 0xaf, 0xff, 0x55, 0xc6, 0x54, 0xc0, 0x76, 0x19, 0xa9, 0xa3, 0xe8, 0x6f, 0x9d, 0xa9, 0xf3, 0x10, 0x8f,
            0xc1, 0xc5, 0xaa, 0x00, 0x78,
        ]

    private func pair(_ seed: String) throws -> KeyPair {
        try KeyPair(curveSeed: Secret(copying: Array(seed.utf8)))
    }

    @Test("the keys are the same")
    func keys() throws {
        #expect(try pair(sender).publicKey.text == "XCSOBEUSWZI4E6FZO4WFNH27VG5RHWIGWRVLNDE57HOCWRAJ7CRATSUK")
        #expect(try pair(recipient).publicKey.text == "XDHI2OWRZS3DH3D3ODAXQFFFY5XM2AUWQUCQ2NCHIW5ALBYOLB6VSWAL")
        #expect(throws: NKeyError.self) { try KeyPair(curveSeed: KeyPair.generate(.user).seed) }
    }

    @Test("we open what was sealed there, and seal the same bytes")
    func boxes() throws {
        let (one, other) = (try pair(sender), try pair(recipient))
        #expect(try other.open(sealed, from: one.publicKey) == message)
        let nonce = RandomSource { $0.copyBytes(from: (0..<24).map(UInt8.init)) }
        #expect(try one.seal(message, to: other.publicKey, random: nonce) == sealed)
    }
}

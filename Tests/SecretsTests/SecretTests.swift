import Testing

@testable import Secrets

@Suite("Secrets")
struct SecretTests {
    @Test("a secret holds what it was filled with", arguments: [0, 1, 32, 33, 64, 512, 4096, 4097, 100_000])
    func holdsItsBytes(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let secret = Secret(copying: bytes)
        #expect(secret.count == count)
        #expect(secret.withBytes { Array($0) } == bytes)
    }

    @Test("a new secret is zero before it is filled")
    func startsZeroed() {
        for _ in 0..<100 {
            // Leaves its bytes in a slot that the next one may get.
            _ = Secret(copying: [UInt8](repeating: 0xAA, count: 64))
            let secret = Secret(count: 64) { buffer in #expect(buffer.allSatisfy { $0 == 0 }) }
            #expect(secret.withBytes { $0.allSatisfy { $0 == 0 } })
        }
    }

    @Test("secrets that live at the same time do not share memory")
    func slotsAreDistinct() {
        let secrets = (0..<5000).map { number in
            Secret(copying: withUnsafeBytes(of: number) { Array($0) } + [UInt8](repeating: 7, count: 24))
        }
        for (number, secret) in secrets.enumerated() {
            #expect(secret.withBytes { $0.load(as: Int.self) } == number)
        }
    }

    /// One secret takes well under a kernel mapping; one allocation each would stop near 16,000.
    @Test("forty thousand secrets can live at once")
    func manySecrets() {
        let secrets = (0..<40_000).map { _ in Secret(count: 64) { $0[0] = 1 } }
        #expect(secrets.allSatisfy { $0.withBytes { $0[0] } == 1 })
    }

    /// The slot comes back, zeroed. Other tests take slots too, so one meeting in many attempts has to do.
    @Test("a fill that throws leaves no secret behind")
    func throwingFill() {
        struct Failure: Error {}
        let bytes = [UInt8](repeating: 0xEE, count: 4000)
        var wasReused = false
        for _ in 0..<100 {
            var failed: UnsafeMutableRawPointer?
            #expect(throws: Failure.self) {
                try Secret(count: bytes.count) { (buffer) throws(Failure) in
                    buffer.copyBytes(from: bytes)
                    failed = buffer.baseAddress
                    throw Failure()
                }
            }
            _ = Secret(count: bytes.count) { buffer in
                #expect(buffer.allSatisfy { $0 == 0 })
                if buffer.baseAddress == failed { wasReused = true }
            }
        }
        #expect(wasReused)
    }

    @Test("equality looks at all bytes and the length")
    func equality() {
        let one = Secret(copying: [1, 2, 3])
        #expect(one == Secret(copying: [1, 2, 3]))
        #expect(one != Secret(copying: [1, 2, 4]))
        #expect(one != Secret(copying: [0, 2, 3]))
        #expect(one != Secret(copying: [1, 2]))
        #expect(Secret(copying: []) == Secret(copying: []))
    }

    @Test("nothing describes the content")
    func descriptionIsFixed() {
        let secret = Secret(copying: Array("hunter2".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))
        }
        #expect("\(secret)" == "Secrets.Secret")
        #expect(!((secret as Any) is any CustomStringConvertible))
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("moving an array into a secret empties it")
    func erasing() {
        var bytes: [UInt8] = [9, 8, 7]
        let secret = Secret(erasing: &bytes)
        #expect(bytes.isEmpty)
        #expect(secret.withBytes { Array($0) } == [9, 8, 7])
    }

    @Test("random secrets differ and come from the given source")
    func random() {
        #expect(Secret.random(count: 32) != Secret.random(count: 32))
        let fixed = RandomSource { buffer in buffer.copyBytes(from: [UInt8](repeating: 5, count: buffer.count)) }
        #expect(Secret.random(count: 4, from: fixed) == Secret(copying: [5, 5, 5, 5]))
        #expect(fixed.bytes(3) == [5, 5, 5])
        #expect(fixed.bytes(0) == [])
        #expect(fixed.bytes(-1) == [])
    }
}

import Secrets
import Testing

@testable import Claims
@testable import NKeys

/// The answers of NATS's own libraries, input by input. The suites below take one group of kinds each.
@Suite("Vectors: coverage")
struct VectorsCoverageTests {
    /// The kinds that some suite here tests.
    private static let covered: Set<String> =
        VectorsKeyTests.kinds.union(VectorsCredentialsTests.kinds).union(VectorsTokenTests.kinds)
        .union(VectorsValidationTests.kinds).union(VectorsHelperTests.kinds)

    @Test("all 698 are there, and every kind has a test")
    func everyKindIsTested() {
        #expect(Vector.all.count == 698)
        #expect(Set(Vector.all.map(\.kind)).subtracting(Self.covered) == [])
        #expect(Set(Vector.all.map(\.id)).count == 698)
    }

    @Test("each rule about what the types rule out is needed, and for one vector only", arguments: RuledOut.allCases)
    func ruledOut(rule: RuledOut) {
        #expect(Vector.all.count { RuledOut(vector: $0) == rule } == 1)
    }
}

/// What the reference refuses while it runs, and what cannot be written down here: no code that compiles reaches it.
enum RuledOut: CaseIterable {
    /// An export is a stream, a service or not said; a fourth type does not exist.
    case unknownExportType
    /// Encoding takes a signer; there is no way to give none.
    case missingSigner
    /// A source of randomness fills whatever it is given; none falls short.
    case exhaustedRandomness

    init?(vector: Vector) {
        switch (vector.kind, vector.expectedError) {
        case ("jwt.encode_error", let error?) where error.hasSuffix("unknown export type"): self = .unknownExportType
        case ("jwt.encode_error", "keypair is required"): self = .missingSigner
        case ("xkey.seal", "unexpected EOF"): self = .exhaustedRandomness
        default: return nil
        }
    }
}

/// Where this library is stricter on purpose, by rule.
enum Strictness {
    /// A public key has exactly 32 bytes; the reference checks only the checksum and crashes later.
    static func refusesLength(ofKey text: String) -> Bool {
        guard let bytes = try? Base32.decode(text) else { return false }
        return bytes.count != 35
    }

    /// A seed has at least 32 bytes; the reference finds out while it signs, in the words of its reader.
    static let shortSeedErrors: Set<String> = ["EOF", "unexpected EOF"]

    /// A token is one line (1.7, point 1): line breaks would give it several texts.
    static func hasLineBreaks(_ token: String) -> Bool {
        token.utf8.contains { $0 == 0x0A || $0 == 0x0D }
    }

    /// No message carries a usable credential (S10): where the reference repeats a seed that stood in the place of a
    /// key, a word stands for it.
    static func withoutSeeds(_ message: String) -> String {
        message.replacing(#/\bS[OAUNCX][A-Z2-7]{56}\b/#, with: "[a seed, not shown]")
    }

    /// Spare bits in the last character of a token's signature are refused: they would give one token several texts.
    static func hasSpareSignatureBits(_ token: String) -> Bool {
        guard let signature = token.split(separator: ".").last else { return false }
        return (try? Base64URL.decode(Array(signature.utf8)).hasSpareBits) == true
    }
}

/// Errors whose text is that of the reference's platform, so that only the class is compared.
let platformErrorClasses: Set<String> = ["json", "base64", "base32", "url"]

import Secrets

/// Which version of a claim a token is: the SHA-256 of the token's text.
///
/// The `jti` would not do: it hashes only the common claims, so different tokens of one second share it.
///
/// ```swift
/// TokenVersion(of: text).hex  // what `sha256sum` says about the token without a line end
/// ```
public struct TokenVersion: Sendable, Hashable, CustomStringConvertible {
    private let high: (UInt64, UInt64)
    private let low: (UInt64, UInt64)

    /// The version of a token's text.
    public init(of text: String) {
        self.init(digest: SHA256.hash(text))
    }

    /// A version from its 64 hexadecimal digits, either case; nil for anything else.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(digest: bytes)
    }

    /// `digest` has 32 bytes.
    private init(digest: [UInt8]) {
        func word(_ index: Int) -> UInt64 { digest[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        high = (word(0), word(1))
        low = (word(2), word(3))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { bytes, count in
            for index in 0..<32 { bytes.initializeElement(at: index, to: byte(index)) }
            count = 32
        }
    }

    private func byte(_ index: Int) -> UInt8 {
        let word =
            switch index >> 3 {
            case 0: high.0
            case 1: high.1
            case 2: low.0
            default: low.1
            }
        return UInt8(truncatingIfNeeded: word >> UInt64(56 - (index & 7) * 8))
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        String(unsafeUninitializedCapacity: 64) { text in
            for index in 0..<32 {
                text.initializeElement(at: index * 2, to: Self.digit(byte(index) >> 4))
                text.initializeElement(at: index * 2 + 1, to: Self.digit(byte(index) & 15))
            }
            return 64
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    public var description: String { hex }

    public static func == (one: TokenVersion, other: TokenVersion) -> Bool {
        one.high == other.high && one.low == other.low
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(high.0)
        hasher.combine(high.1)
        hasher.combine(low.0)
        hasher.combine(low.1)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46: digit - 0x41 + 10
        default: nil
        }
    }
}

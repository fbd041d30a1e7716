import CSodium
import Secrets

/// A NATS public key: what it stands for and 32 raw bytes.
///
/// ```swift
/// let key = try PublicKey(text)
/// guard key.kind == .account else { … }
/// ```
///
/// The bytes are stored in place, so a key is cheap to copy and to look up in a dictionary. The order is that of the
/// text form, as NATS tools sort keys.
public struct PublicKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 32 bytes without a heap allocation.
    struct Raw: Hashable, Sendable {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        static func == (one: Raw, other: Raw) -> Bool { one.words == other.words }

        func hash(into hasher: inout Hasher) {
            withUnsafeBytes(of: words) { hasher.combine(bytes: $0) }
        }
    }

    /// The number of characters of the text form.
    public static let textCount = 56

    /// What the key stands for.
    public let kind: KeyKind
    let raw: Raw

    /// Reads the text form: prefix, 32 bytes and checksum in base32. CR and LF are skipped, as the reference does.
    /// - Throws: ``NKeyError``: not base32, wrong checksum, not exactly 32 bytes, or a prefix of no public key.
    public init(_ text: String) throws(NKeyError) {
        var text = text
        self = try Self.read(&text)
    }

    /// Reads the text form from its bytes; see ``init(_:)``.
    public init(bytes: some Sequence<UInt8>) throws(NKeyError) {
        let text = Array(bytes)
        self = try text.withUnsafeBufferPointer { (text) throws(NKeyError) in
            try PublicKey(textBytes: UnsafeRawBufferPointer(text))
        }
    }

    /// Reads the text form from its bytes; see ``init(_:)``.
    public init(textBytes text: UnsafeRawBufferPointer) throws(NKeyError) {
        let (prefix, raw) = try KeyText.decode32(text, orThrow: .invalidPublicKey)
        // The whole byte, not its upper five bits: the low bits are part of the second letter.
        guard let kind = KeyKind(rawValue: prefix) else { throw .invalidPublicKey }
        self.init(kind: kind, raw: raw)
    }

    /// A key of the given kind from its 32 raw bytes.
    /// - Throws: `invalid key` when there are not exactly 32.
    public init(kind: KeyKind, rawBytes: some Collection<UInt8>) throws(NKeyError) {
        guard rawBytes.count == 32 else { throw .invalidKey }
        var raw = Raw()
        withUnsafeMutableBytes(of: &raw.words) { $0.copyBytes(from: rawBytes) }
        self.init(kind: kind, raw: raw)
    }

    init(kind: KeyKind, raw: Raw) {
        self.kind = kind
        self.raw = raw
    }

    private static func read(_ text: inout String) throws(NKeyError) -> PublicKey {
        var result: Result<PublicKey, NKeyError> = .failure(.invalidPublicKey)
        text.withUTF8 { utf8 in
            result = Result { () throws(NKeyError) in try PublicKey(textBytes: UnsafeRawBufferPointer(utf8)) }
        }
        return try result.get()
    }

    /// The 32 raw bytes.
    public var rawBytes: [UInt8] { withUnsafeBytes(of: raw.words) { Array($0) } }

    /// The 56 characters of the text form.
    public var text: String {
        String(unsafeUninitializedCapacity: Self.textCount) { output in
            output.initialize(repeating: 0)
            withUnsafeBytes(of: raw.words) { raw in
                KeyText.encode(prefix: kind.prefix, raw, into: UnsafeMutableRawBufferPointer(output))
            }
            return Self.textCount
        }
    }

    /// The text form.
    public var description: String { text }

    public static func < (one: PublicKey, other: PublicKey) -> Bool {
        one.text < other.text
    }

    /// Whether `text` is a public key of the given kind, with the reference's tolerance: the low three bits of the
    /// prefix byte are not looked at. Unlike there, a key that is not 32 bytes long is never valid.
    public static func isValid(_ text: String, _ kind: KeyKind) -> Bool {
        var text = text
        return text.withUTF8 { utf8 in
            (try? KeyText.decode(UnsafeRawBufferPointer(utf8), expecting: kind.prefix)) != nil
        }
    }

    /// Whether `signature` is this key's Ed25519 signature (RFC 8032) of `message`.
    ///
    /// False for a curve key, for a signature that is not 64 bytes long, and for one whose scalar is not below the
    /// group order. Keys and signatures with points of small order are refused too.
    public func isValidSignature(_ signature: some Collection<UInt8>, of message: [UInt8]) -> Bool {
        let signature = Array(signature)
        return signature.withUnsafeBytes { signature in
            message.withUnsafeBytes { isValidSignature(signature, of: $0) }
        }
    }

    /// Whether `signature` is this key's signature of `message`; see ``isValidSignature(_:of:)-(_,[UInt8])``.
    public func isValidSignature(_ signature: UnsafeRawBufferPointer, of message: UnsafeRawBufferPointer) -> Bool {
        guard kind.canSign, signature.count == 64 else { return false }
        Sodium.ensureReady()
        return withUnsafeBytes(of: raw.words) { key in
            guard let signature = signature.baseAddress, let key = key.baseAddress else { return false }
            return crypto_sign_verify_detached(
                signature.assumingMemoryBound(to: UInt8.self),
                message.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(message.count),
                key.assumingMemoryBound(to: UInt8.self)) == 0
        }
    }

    /// Checks a signature; see ``isValidSignature(_:of:)-(_,[UInt8])``.
    /// - Throws: `signature verification failed`.
    public func verify(_ signature: some Collection<UInt8>, of message: [UInt8]) throws(NKeyError) {
        guard isValidSignature(signature, of: message) else { throw .invalidSignature }
    }
}

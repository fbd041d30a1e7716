import NKeys
import Testing

@testable import Claims

@Suite("Tampering with tokens")
struct TamperingTests {
    private static let keys: [KeyKind: KeyPair] = Dictionary(
        uniqueKeysWithValues: KeyKind.allCases.map { ($0, .generate($0)) })

    private static func key(_ kind: KeyKind) -> String { keys[kind]?.publicKey.text ?? "" }

    /// A token of each type.
    private static let current: [any ClaimSet] = [
        OperatorClaims(subject: key(.operator)), AccountClaims(subject: key(.account)),
        UserClaims(subject: key(.user)), ActivationClaims(subject: key(.account)),
        AuthorizationRequestClaims(subject: key(.user)), AuthorizationResponseClaims(subject: key(.user)),
        GenericClaims(subject: "s", type: "receipt"),
        SettingsClaims(subject: key(.account)),
    ]

    private static func decode(_ text: String, isGeneric: Bool) throws {
        if isGeneric { _ = try GenericClaims.decode(text) } else { _ = try Token.decode(text) }
    }

    /// The signature covers the text of header and payload, so that even bits that carry nothing are covered; in the
    /// signature itself they are refused.
    @Test("no token with any bit of its text flipped verifies", arguments: 0..<current.count)
    func currentFormat(number: Int) throws {
        let claims = Self.current[number]
        let kind: KeyKind = claims.any.allowedIssuers?.first ?? .account
        let text = try claims.encode(signedBy: #require(Self.keys[kind]), at: 1)
        let isGeneric = claims.kind == .generic
        #expect(throws: Never.self) { try Self.decode(text, isGeneric: isGeneric) }
        for (place, changed) in Self.flips(of: text) {
            #expect(throws: ClaimsError.self, "\(place)") { try Self.decode(changed, isGeneric: isGeneric) }
        }
    }

    /// The older format does not sign the header.
    @Test("no token of the older format with any bit of payload or signature flipped verifies")
    func olderFormat() throws {
        let account = try #require(Self.keys[.account])
        let payload = #"{"iss":"\#(account.publicKey)","sub":"\#(Self.key(.user))","type":"user","nats":{}}"#
        let chunk = Base64URL.text(Array(payload.utf8))
        let header = Base64URL.text(Array(#"{"typ":"jwt","alg":"ed25519"}"#.utf8))
        let text = try "\(header).\(chunk).\(Base64URL.text(account.sign(Array(chunk.utf8))))"
        #expect(try Token.decode(text).claims.formatVersion == 1)
        for (place, changed) in Self.flips(of: text) where place / 8 > header.utf8.count {
            #expect(throws: ClaimsError.self, "\(place)") { try Token.decode(changed) }
        }
    }

    @Test("a token has one text: line breaks are refused wherever they stand")
    func lineBreaks() throws {
        let account = try #require(Self.keys[.account])
        let text = try UserClaims(subject: Self.key(.user)).encode(signedBy: account, at: 1)
        // In the older format not even the header is signed.
        let chunk = Base64URL.text(Array(#"{"iss":"\#(account.publicKey)","type":"user","nats":{}}"#.utf8))
        let header = Base64URL.text(Array(#"{"typ":"jwt","alg":"ed25519"}"#.utf8))
        let older = try "\(header).\(chunk).\(Base64URL.text(account.sign(Array(chunk.utf8))))"
        for text in [text, older] {
            #expect(throws: Never.self) { try Token.decode(text) }
            for (offset, _) in text.utf8.enumerated() {
                for lineBreak in ["\n", "\r"] {
                    let start = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
                    let changed = start + lineBreak + String(decoding: text.utf8.dropFirst(offset), as: UTF8.self)
                    #expect(throws: ClaimsError.self) { try Token.decode(changed) }
                    #expect(throws: ClaimsError.self) { try GenericClaims.decode(changed) }
                }
            }
            let error = #expect(throws: ClaimsError.self) { try Token.decode(text + "\n") }
            #expect(error?.code == .base64 && error?.message == "the token's signature holds a line break")
        }
    }

    @Test("spare bits of a signature are refused")
    func spareBits() throws {
        let user = UserClaims(subject: Self.key(.user))
        let text = try user.encode(signedBy: #require(Self.keys[.account]), at: 1)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(text.last.flatMap(alphabet.firstIndex))
        // 64 bytes leave four spare bits in the last character.
        for bits in 1..<16 {
            let other = String(text.dropLast()) + String(alphabet[last | bits])
            let error = #expect(throws: ClaimsError.self) { try Token.decode(other) }
            #expect(error?.code == .signature)
        }
    }

    /// The text with each of its bits flipped in turn, as long as it stays ASCII.
    private static func flips(of text: String) -> [(place: Int, text: String)] {
        let bytes = Array(text.utf8)
        return bytes.indices.flatMap { index in
            (0..<7).map { bit in
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                return (index * 8 + bit, String(decoding: changed, as: UTF8.self))
            }
        }
    }
}

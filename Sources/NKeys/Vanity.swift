public import Secrets

/// Key pairs whose public key begins with a chosen text.
///
/// ```swift
/// let pair = try Vanity.search(.account, prefix: "ACME")  // AACME…
/// ```
public enum Vanity {
    /// The default number of attempts of a search, as NATS's tools have it.
    public static let defaultAttempts = 10_000_000

    /// Looks for a pair whose public key goes on with `prefix` after its first letter.
    ///
    /// One call is one worker: to use several processors, run several calls and cancel the rest when one finds
    /// something. Each further character multiplies the expected attempts by 32.
    /// - Parameters:
    ///   - prefix: base32 characters in either case. The second letter of every public key is A, B, C or D.
    ///   - attempts: how many pairs to try.
    ///   - isCancelled: asked every thousand attempts.
    /// - Returns: the pair, or nil when the search was cancelled.
    /// - Throws: ``NKeyError`` for a prefix that no key can have, or after the last attempt.
    public static func search(
        _ kind: KeyKind, prefix: String, attempts: Int = defaultAttempts, random: RandomSource = .system,
        isCancelled: () -> Bool = { false }
    ) throws(NKeyError) -> KeyPair? {
        let wanted = Array(prefix.uppercased().utf8)
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        guard wanted.allSatisfy(alphabet.contains) else {
            throw NKeyError(
                .vanity, "Can not generate base32 encoded strings to match '\(prefix)'",
                remedy: "use only the letters A to Z and the digits 2 to 7")
        }
        guard isPossible(wanted) else {
            throw NKeyError(
                .vanity, "no public key goes on with '\(prefix)' after its first letter",
                remedy: "begin with A, B, C or D: the second letter of every public key is one of them")
        }
        for attempt in 0..<max(0, attempts) {
            if attempt % 1000 == 0, isCancelled() { return nil }
            let pair = KeyPair.generate(kind, random: random)
            if pair.publicKey.text.utf8.dropFirst().starts(with: wanted) { return pair }
        }
        throw NKeyError(.vanity, "Failed to generate prefix after \(attempts) attempts", remedy: "use a shorter prefix")
    }

    /// A prefix byte's lowest three bits are 0, so the second letter's value is below 4. The last letters belong to
    /// the checksum and could match by luck; a prefix beyond the text never can.
    private static func isPossible(_ wanted: [UInt8]) -> Bool {
        guard wanted.count < PublicKey.textCount else { return false }
        guard let first = wanted.first else { return true }
        return first >= 0x41 && first <= 0x44
    }
}

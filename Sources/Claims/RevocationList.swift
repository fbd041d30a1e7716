/// Public keys whose tokens count no more if they were issued at or before a time (seconds since 1970).
///
/// The key `*` stands for every key.
///
/// ```swift
/// account.revocations.revoke(user.subject, at: now)  // and everything issued to that key before
/// account.revocations.revoke(RevocationList.everyone, at: now)
/// ```
public struct RevocationList: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// The key that stands for all.
    public static let everyone = "*"

    /// Seconds since 1970, by public key or `*`.
    public var entries: TextDictionary<Int64>

    /// A list with these entries, or an empty one.
    public init(_ entries: TextDictionary<Int64> = [:]) { self.entries = entries }

    /// Of two entries of one key, the last counts.
    public init(dictionaryLiteral elements: (String, Int64)...) {
        entries = [:]
        for (key, time) in elements { entries[key] = time }
    }

    /// Whether nobody is revoked.
    public var isEmpty: Bool { entries.isEmpty }

    /// Whether a token about `key`, issued at `issuedAt`, is revoked.
    public func isRevoked(_ key: String, issuedAt: Int64) -> Bool {
        guard !entries.isEmpty else { return false }
        if let everyone = entries[Self.everyone], everyone >= issuedAt { return true }
        if let time = entries[key], time >= issuedAt { return true }
        return false
    }

    /// Revokes what was issued to `key` at or before `time`. A later entry stays as it is.
    public mutating func revoke(_ key: String, at time: Int64) {
        entries[key] = max(entries[key] ?? time, time)
    }

    /// Takes the entry of `key` away.
    public mutating func clear(_ key: String) {
        entries[key] = nil
    }

    /// Drops the entries that the one of `*` covers, and returns the keys dropped, sorted.
    @discardableResult
    public mutating func compact() -> [String] {
        guard let everyone = entries[Self.everyone] else { return [] }
        let covered = entries.filter { $0.key != Self.everyone && $0.value <= everyone }.map(\.key)
        for key in covered { entries[key] = nil }
        return covered
    }
}

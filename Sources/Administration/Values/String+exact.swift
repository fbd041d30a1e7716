extension String {
    /// Whether two texts are the same to NATS, which compares bytes. For Swift, texts are equal as well that differ only
    /// in how their accents are composed: no texts of claims are compared in that way.
    public func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension Sequence where Element == String {
    /// Whether a text is among these, byte by byte.
    public func containsExactly(_ text: String) -> Bool { contains { $0.isExactly(text) } }
}

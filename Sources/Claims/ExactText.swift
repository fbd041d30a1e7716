/// A text that is equal to another only if it has the same bytes.
///
/// For Swift, texts are equal that differ only in how their accents are composed. To NATS, subjects, tags and names are
/// bytes, and such texts are two.
struct ExactText: Sendable, Hashable, Comparable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (one: ExactText, other: ExactText) -> Bool {
        one.text.utf8.elementsEqual(other.text.utf8)
    }

    /// The order of the bytes.
    static func < (one: ExactText, other: ExactText) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

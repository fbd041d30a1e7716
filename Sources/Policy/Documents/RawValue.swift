/// What stands under `claims`: fields of claims that the language has no words for, as they are.
public struct RawValue: Sendable, Hashable {
    public indirect enum Content: Sendable, Hashable {
        case nothing
        /// Without quotes, `true`, `false`, `null` and numbers are those of JSON.
        case text(String, isQuoted: Bool)
        case list([RawValue])
        /// In the order of the file.
        case members([Member])
    }

    public struct Member: Sendable, Hashable {
        public let name: String
        public let value: RawValue
    }

    public let content: Content
    public let position: PolicyPosition
}

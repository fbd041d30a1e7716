/// A subject pattern: tokens separated by dots, where `*` stands for exactly one token and a last `>` for one or more.
///
/// A subject without wildcards is a pattern that matches itself only, so one type serves for both. A `*` or a `>` inside
/// a longer token (`a*`, `x>y`) is an ordinary character, as in every NATS server.
public struct Pattern: Sendable, Hashable {
    /// One dot-separated part of a pattern.
    public enum Token: Sendable, Hashable {
        /// Exactly these bytes.
        case literal([UInt8])
        /// `*`: any one token.
        case any

        public func hash(into hasher: inout Hasher) {
            guard case .literal(let bytes) = self else { return hasher.combine(-1) }
            hasher.combine(bytes.count)
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// The tokens, without a last `>`.
    public let tokens: [Token]

    /// Behind this place all of ``tokens`` are `*`.
    let literalEnd: Int

    /// Whether the pattern ends in `>`: it then matches one or more tokens after ``tokens``.
    public let hasTail: Bool

    /// Reads a pattern from its text.
    ///
    /// - Throws: ``SubjectError`` that names the first fault: an empty text, an empty token, white space, or a `>` that
    ///   is not the last token.
    public init(_ text: String) throws(SubjectError) {
        try self.init(bytes: Array(text.utf8))
    }

    /// Reads a pattern from its bytes, which need not be UTF-8.
    ///
    /// - Throws: ``SubjectError``, as ``init(_:)``.
    public init(bytes: [UInt8]) throws(SubjectError) {
        guard !bytes.isEmpty else { throw .empty }
        var tokens: [Token] = []
        var hasTail = false
        var start = 0
        while start <= bytes.count {
            guard !hasTail else { throw .tailNotLast }
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: ".") {
                guard !isSubjectWhitespace(bytes[end]) else { throw .whitespace }
                end += 1
            }
            guard end > start else { throw .emptyToken }
            switch (end - start, bytes[start]) {
            case (1, UInt8(ascii: "*")): tokens.append(.any)
            case (1, UInt8(ascii: ">")): hasTail = true
            default: tokens.append(.literal(Array(bytes[start..<end])))
            }
            start = end + 1
        }
        self.init(tokens: tokens, hasTail: hasTail)
    }

    /// Makes a pattern from tokens that are known to be well formed: no literal is empty, holds a dot or white space, or
    /// is a lone wildcard character.
    package init(tokens: [Token], hasTail: Bool) {
        self.tokens = tokens
        self.hasTail = hasTail
        literalEnd = (tokens.lastIndex { $0 != .any } ?? -1) + 1
    }

    /// How many `*` it has; a last `>` is not counted.
    public var wildcardCount: Int {
        tokens.count { $0 == .any }
    }

    /// The pattern as it is written in a protocol line.
    public var bytes: [UInt8] {
        var result: [UInt8] = []
        for token in tokens {
            if !result.isEmpty { result.append(UInt8(ascii: ".")) }
            switch token {
            case .literal(let bytes): result.append(contentsOf: bytes)
            case .any: result.append(UInt8(ascii: "*"))
            }
        }
        if hasTail {
            if !result.isEmpty { result.append(UInt8(ascii: ".")) }
            result.append(UInt8(ascii: ">"))
        }
        return result
    }
}

extension Pattern: CustomStringConvertible {
    /// The pattern's text; bytes that are not UTF-8 are shown as replacement characters.
    public var description: String {
        String(decoding: bytes, as: UTF8.self)
    }
}

/// What is wrong with the text of a subject or pattern.
public enum SubjectError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no text at all.
    case empty
    /// Two dots in a row, or a dot at either end.
    case emptyToken
    /// A blank, tab, form feed, carriage return or newline.
    case whitespace
    /// A `>` token with more tokens behind it.
    case tailNotLast

    public var description: String {
        switch self {
        case .empty: "the subject is empty"
        case .emptyToken: "the subject has an empty token: remove the dot at its start or end, or one of two in a row"
        case .whitespace: "the subject contains white space"
        case .tailNotLast: "'>' is allowed only as the last token of a subject"
        }
    }
}

/// Whether a byte may not occur in any token.
@inline(__always)
package func isSubjectWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D && byte != 0x0B)
}

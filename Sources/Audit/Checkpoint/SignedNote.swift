import FoundationEssentials
public import NKeys

/// A text with signatures below it (C2SP, "signed-note"): the text, an empty line, and a line for each signature that
/// names the key and gives its hash and the Ed25519 signature of the text in base64.
public struct SignedNote: Sendable, Hashable, CustomStringConvertible {
    /// One signature under a note.
    public struct Signature: Sendable, Hashable {
        /// The name of the key.
        public let name: String
        /// The four bytes that tell keys of one name apart.
        public let keyHash: [UInt8]
        /// The signature: 64 bytes for Ed25519.
        public let bytes: [UInt8]
    }

    private static let lead = "\u{2014} "

    /// The signed text; it ends with a newline.
    public let text: String
    /// The signatures, in their order.
    public private(set) var signatures: [Signature]

    /// A note that nobody has signed yet.
    ///
    /// - Throws: ``AuditError`` of code `invalidCheckpoint` if the text does not end with a newline or holds control
    ///   characters.
    public init(text: String) throws(AuditError) {
        guard Self.isValid(text: text) else { throw AuditError(.invalidCheckpoint, "the text cannot be signed") }
        (self.text, signatures) = (text, [])
    }

    /// Reads a note.
    ///
    /// - Throws: ``AuditError`` of code `invalidCheckpoint`.
    public init(_ note: String) throws(AuditError) {
        let fault = AuditError(.invalidCheckpoint, "the text is not a signed note")
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // The text and the signatures both end with a newline, so the last line is empty.
        guard lines.last == "", let blank = lines.dropLast().lastIndex(of: ""), blank > 0, blank < lines.count - 2
        else { throw fault }
        try self.init(text: lines[..<blank].joined(separator: "\n") + "\n")
        for line in lines[(blank + 1)..<(lines.count - 1)] {
            guard let signature = Self.signature(line) else { throw fault }
            signatures.append(signature)
        }
        // A base64 text can be written in more than one way: only the plain one counts.
        guard description == note else { throw fault }
    }

    private static func signature(_ line: String) -> Signature? {
        guard line.hasPrefix(lead) else { return nil }
        let parts = line.dropFirst(lead.count).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, AuditKey.isValid(name: parts[0]), let content = Data(base64Encoded: parts[1]),
            content.count > 4
        else { return nil }
        return Signature(name: parts[0], keyHash: Array(content.prefix(4)), bytes: Array(content.dropFirst(4)))
    }

    private static func isValid(text: String) -> Bool {
        text.hasSuffix("\n")
            && text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }
    }

    /// Adds a signature.
    ///
    /// - Throws: ``AuditError`` of code `invalidKey` if the pair is not the key's.
    public mutating func sign(as key: AuditKey, with pair: KeyPair) throws(AuditError) {
        guard pair.publicKey.rawBytes == key.publicKey.rawBytes, let bytes = try? pair.sign(Array(text.utf8)) else {
            throw AuditError(.invalidKey, "the key pair is not that of \(key.name)")
        }
        signatures.append(Signature(name: key.name, keyHash: key.keyHash, bytes: bytes))
    }

    /// Whether the key has signed the text.
    public func isSigned(by key: AuditKey) -> Bool {
        signatures.contains { signature in
            signature.name == key.name && signature.keyHash == key.keyHash
                && key.publicKey.isValidSignature(signature.bytes, of: Array(text.utf8))
        }
    }

    /// The note as it is stored and sent.
    public var description: String {
        text + "\n"
            + signatures.map { signature in
                let content = Data(signature.keyHash + signature.bytes).base64EncodedString()
                return "\(Self.lead)\(signature.name) \(content)\n"
            }.joined()
    }
}

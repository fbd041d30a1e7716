import FoundationEssentials
public import NKeys

/// What a log says about itself at one moment: its origin, how many records it has, and the root of their tree
/// (C2SP, "tlog-checkpoint"). It is signed as a ``SignedNote``.
public struct Checkpoint: Sendable, Hashable {
    /// The log, as `chancery/admin/` and its id.
    public let origin: String
    /// The number of records.
    public let size: Int64
    /// The root of the tree of these records.
    public let root: TreeHash
    /// How many records the checkpoint before this one covers, in a log where each one says so: then none of them can be taken
    /// away unseen. 0 for the first; nil where nothing is said.
    public let previous: Int64?
    /// What was known of other logs: none of them can be cut back behind that unseen.
    public let others: [Mention]

    /// What one log's checkpoint says of another log.
    public struct Mention: Sendable, Hashable {
        public let origin: String
        public let size: Int64
        public let root: TreeHash

        /// What a checkpoint of that log says.
        public init(_ checkpoint: Checkpoint) {
            (origin, size, root) = (checkpoint.origin, checkpoint.size, checkpoint.root)
        }

        /// Reads a line; nil for one that says something else.
        fileprivate init?(line: String) {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 4, parts[0] == "log", !parts[1].isEmpty, let size = Int64(parts[2]), size >= 0,
                let bytes = Data(base64Encoded: parts[3]), let root = TreeHash(Array(bytes))
            else { return nil }
            (origin, self.size, self.root) = (parts[1], size, root)
            guard self.line == line else { return nil }
        }

        fileprivate var line: String { "log \(origin) \(size) \(Data(root.bytes).base64EncodedString())" }
    }

    /// The checkpoint of a tree.
    public init(origin: String, tree: MerkleTree, previous: Int64? = nil, others: [Mention] = []) {
        (self.origin, size, root) = (origin, tree.size, tree.root)
        (self.previous, self.others) = (previous, others)
    }

    /// Reads the text of a checkpoint: three lines, and lines about the one before it and about other logs; further extensions
    /// are not looked at.
    ///
    /// - Throws: ``AuditError`` of code `invalidCheckpoint`.
    public init(text: String) throws(AuditError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 4, lines.last == "", !lines[0].isEmpty, let size = Int64(lines[1]), size >= 0,
            // One way to write each number and each root: no sign, no leading zero, no spare bits.
            String(size) == lines[1], let bytes = Data(base64Encoded: lines[2]),
            bytes.base64EncodedString() == lines[2], let root = TreeHash(Array(bytes)),
            lines[3..<(lines.count - 1)].allSatisfy({ !$0.isEmpty })
        else { throw AuditError(.invalidCheckpoint, "the text is not a checkpoint: origin, size and root") }
        (origin, self.size, self.root) = (lines[0], size, root)
        let extensions = lines[3..<(lines.count - 1)]
        previous = extensions.lazy.compactMap(Self.previous).first
        others = extensions.compactMap { Mention(line: $0) }
    }

    /// What a line says of the checkpoint before; nil for one that says something else.
    private static func previous(_ line: String) -> Int64? {
        guard line.hasPrefix(lead), let size = Int64(line.dropFirst(lead.count)), size >= 0, lead + "\(size)" == line
        else { return nil }
        return size
    }

    private static let lead = "after "

    /// Reads a signed checkpoint and checks that one of the keys signed it, under the name of its origin.
    ///
    /// - Throws: ``AuditError`` of code `invalidCheckpoint` or `invalidSignature`.
    public init(note: String, signedByOneOf keys: [AuditKey]) throws(AuditError) {
        let note = try SignedNote(note)
        try self.init(text: note.text)
        let origin = origin
        guard keys.contains(where: { $0.name == origin && note.isSigned(by: $0) }) else {
            throw AuditError(.invalidSignature, "no key of the log has signed the checkpoint of \(size) records")
        }
    }

    /// The text that is signed.
    public var text: String {
        let before = previous.map { [Self.lead + "\($0)"] } ?? []
        let lines = [origin, "\(size)", Data(root.bytes).base64EncodedString()] + before + others.map(\.line)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The signed checkpoint.
    ///
    /// - Throws: ``AuditError`` of code `invalidKey` if the pair is not the key's.
    public func signed(as key: AuditKey, with pair: KeyPair) throws(AuditError) -> SignedNote {
        var note = try SignedNote(text: text)
        try note.sign(as: key, with: pair)
        return note
    }
}

import Audit
import FoundationEssentials
import GRDB
import NKeys

/// The `admin` log of the directory, inside the transaction of a change.
///
/// The tree is read under the write lock, so that any number of processes keep one. ``close(others:)`` stores what came of
/// it and signs a checkpoint; a transaction that ends without it must be rolled back. Several changes of one transaction
/// may append before it is closed: the checkpoint is for all of them, and says which one was before it.
final class AuditLog {
    /// The log's name, as its origin has it.
    static let name = "admin"
    static let remedy = "see what is wrong with \"chancery audit verify\", or restore the directory from a backup"

    let id: LogID
    /// Whether the log begins with this change.
    let isNew: Bool
    private let database: Database
    /// The key that signs.
    let key: AuditKey
    private let pair: KeyPair
    private var tree: MerkleTree
    /// The size of the tree in the latest checkpoint.
    private var signedSize: Int64

    /// Opens the log, or makes it with its key.
    ///
    /// - Throws: ``AdministrationError`` of code `auditDamaged` or `keyringLocked`.
    init(database: Database, keyring: Keyring) throws {
        self.database = database
        let genesis = try Self.genesisKey(database)
        if let genesis {
            pair = try keyring.auditKey(genesis)
            tree = try Self.storedTree(database)
        } else {
            pair = try keyring.makeAuditKey()
            tree = MerkleTree()
        }
        isNew = genesis == nil
        signedSize = tree.size
        id = LogID(genesis: pair.publicKey)
        key = try AuditKey(name: id.origin(of: Self.name), publicKey: pair.publicKey)
        if let genesis { try checkLatest(genesis) }
    }

    /// The key that the log began with, or nil if there is no log yet.
    static func genesisKey(_ database: Database) throws -> PublicKey? {
        guard let row = try database.row("SELECT public_key FROM audit_keys") else {
            // A log whose key was taken away does not begin again.
            guard try database.row("SELECT 1 FROM audit_records") == nil else {
                throw damaged("its key")
            }
            return nil
        }
        guard let raw = row.bytes("public_key"), let key = try? PublicKey(kind: .server, rawBytes: raw) else {
            throw damaged("its key")
        }
        return key
    }

    /// The index that the next record gets.
    var nextIndex: Int64 { tree.size }

    /// Adds a record at the end.
    func append(_ record: AuditRecord, patch: AuditPatch? = nil) throws {
        let bytes = try record.encoded(patch: patch)
        let leaf = TreeHash.leaf(bytes)
        if let patch, patch.isExhibit {
            try database.run(
                sql: "INSERT OR IGNORE INTO audit_exhibits (hash, content) VALUES (?, ?)",
                arguments: [Data(patch.hash), Data(patch.json)])
        }
        try database.run(
            sql: "INSERT INTO audit_records (i, leaf, record) VALUES (?, ?, ?)",
            arguments: [tree.size, Data(leaf.bytes), Data(bytes)])
        tree.append(leaf)
    }

    /// Stores the tree and a signed checkpoint of it, if there is anything new.
    ///
    /// - Parameter others: what is known of other logs.
    /// - Returns: the checkpoint; nil where there is nothing new.
    func close(others: [Checkpoint.Mention] = []) throws -> String? {
        guard tree.size > signedSize else { return nil }
        try database.run(
            sql: "INSERT OR REPLACE INTO audit_tree (id, size, frontier) VALUES (1, ?, ?)",
            arguments: [tree.size, Data(tree.frontier.flatMap(\.bytes))])
        let checkpoint = Checkpoint(origin: key.name, tree: tree, previous: signedSize, others: others)
        let note = try checkpoint.signed(as: key, with: pair)
        try database.run(
            sql: "INSERT INTO audit_checkpoints (size, note) VALUES (?, ?)",
            arguments: [tree.size, note.description])
        signedSize = tree.size
        return note.description
    }

    /// The tree as it is.
    var mark: MerkleTree { tree }

    /// Takes an earlier tree again, when what was appended since then was undone in the database.
    func goBack(to mark: MerkleTree) { tree = mark }

    /// The tree as the last change left it.
    static func storedTree(_ database: Database) throws -> MerkleTree {
        guard let row = try database.row("SELECT size, frontier FROM audit_tree"),
            let size = row.integer("size"), let bytes = row.bytes("frontier"), let frontier = hashes(bytes),
            let tree = MerkleTree(size: size, frontier: frontier)
        else { throw damaged("its tree") }
        return tree
    }

    /// Nothing is built on a tree that is not the one that was signed last.
    private func checkLatest(_ genesis: PublicKey) throws {
        let sql = "SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1"
        guard let note = try database.row(sql)?.text("note"),
            let checkpoint = try? Checkpoint(note: note, signedByOneOf: [key]),
            checkpoint.size == tree.size, checkpoint.root == tree.root
        else { throw Self.damaged("its last checkpoint") }
    }

    private static func hashes(_ bytes: [UInt8]) -> [TreeHash]? {
        guard bytes.count.isMultiple(of: TreeHash.count) else { return nil }
        return stride(from: 0, to: bytes.count, by: TreeHash.count).compactMap {
            TreeHash(bytes[$0..<$0 + TreeHash.count])
        }
    }

    private static func damaged(_ what: String) -> AdministrationError {
        AdministrationError(.auditDamaged, "the audit log was altered: \(what) is not as it was signed", remedy: remedy)
    }
}

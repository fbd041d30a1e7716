public import Audit
import GRDB

/// A proof about a log for somebody who keeps only its checkpoints (RFC 6962).
public struct AuditProof: Sendable {
    /// The size of the tree that it is about, and its root.
    public let size: Int64
    public let root: TreeHash
    public let hashes: [TreeHash]
}

extension AuditProof {
    /// That a record is under the root of a tree.
    static func inclusion(of index: Int64, in tree: TiledTree, size: Int64) throws -> AuditProof {
        let root = try root(of: tree, size: size)
        guard let hashes = try tree.inclusion(of: index, size: size) else {
            throw AdministrationError(.notFound, "the tree of that size has no such record")
        }
        return AuditProof(size: size, root: root, hashes: hashes)
    }

    /// That a tree is the beginning of another one.
    static func consistency(from old: Int64, in tree: TiledTree, size: Int64) throws -> AuditProof {
        let root = try root(of: tree, size: size)
        guard let hashes = try tree.consistency(from: old, to: size) else {
            throw AdministrationError(.notFound, "the log has no trees of these sizes")
        }
        return AuditProof(size: size, root: root, hashes: hashes)
    }

    private static func root(of tree: TiledTree, size: Int64) throws -> TreeHash {
        do { return try tree.root(size: size) } catch is AuditError {
            throw AdministrationError(.notFound, "the log has no tree of that size")
        }
    }
}

extension Directory {
    /// The logs of brokers beside this directory.
    public var brokerLogs: BrokerLogs { BrokerLogs(folder: home.logsPath) }

    /// The signed checkpoints of the directory's own log, from a size on, in their order.
    public func auditCheckpoints(after size: Int64, limit: Int) throws -> [(size: Int64, note: String)] {
        try read { reader in
            let sql = "SELECT size, note FROM audit_checkpoints WHERE size > ? ORDER BY size LIMIT ?"
            return try Row.fetchAll(reader.database, sql: sql, arguments: [size, limit]).map { row in
                (try row.integer("size").orDamaged(), try row.text("note").orDamaged())
            }
        }
    }

    /// The latest signed checkpoint of the directory's own log; nil where nothing was recorded.
    public func auditCheckpoint() throws -> String? {
        try read { reader in
            let sql = "SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1"
            return try Row.fetchOne(reader.database, sql: sql)?.text("note")
        }
    }

    /// Does something with a log's tree. Not all of it is read: see ``TiledTree``.
    ///
    /// - Parameter log: the name of a broker's log; nil for the directory's own.
    private func withTree(
        of log: String?, _ tiles: AuditTiles, _ body: (TiledTree) throws -> AuditProof
    ) throws -> AuditProof {
        if let log { return try body(brokerLogs.reader(of: log).tree()) }
        return try read { try tiles.withTree($0.database, body) }
    }

    /// Proves that a record is in a tree of a size.
    ///
    /// - Parameter tiles: what is kept of this directory's own log between proofs.
    public func inclusionProof(
        of index: Int64, size: Int64, in log: String?, _ tiles: AuditTiles
    ) throws -> AuditProof {
        try withTree(of: log, tiles) { try .inclusion(of: index, in: $0, size: size) }
    }

    /// Proves that the tree of one size is the beginning of that of another.
    public func consistencyProof(
        from old: Int64, size: Int64, in log: String?, _ tiles: AuditTiles
    ) throws -> AuditProof {
        try withTree(of: log, tiles) { try .consistency(from: old, in: $0, size: size) }
    }
}

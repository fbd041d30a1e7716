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
    /// The records of the longest log that proofs are made of here.
    public static let longest: Int64 = 4_194_304

    /// That a record is under the root of a tree.
    static func inclusion(of index: Int64, in leaves: [TreeHash], size: Int64) throws -> AuditProof {
        guard let index = Int(exactly: index), let hashes = MerkleProof.inclusion(of: index, in: leaves) else {
            throw AdministrationError(.notFound, "the tree of that size has no such record")
        }
        return AuditProof(size: size, root: MerkleTree.root(of: leaves), hashes: hashes)
    }

    /// That a tree is the beginning of another one.
    static func consistency(from old: Int64, in leaves: [TreeHash], size: Int64) throws -> AuditProof {
        guard let old = Int(exactly: old), let hashes = MerkleProof.consistency(from: old, in: leaves) else {
            throw AdministrationError(.notFound, "the log has no trees of these sizes")
        }
        return AuditProof(size: size, root: MerkleTree.root(of: leaves), hashes: hashes)
    }

    static func checked(_ leaves: [TreeHash], _ size: Int64) throws -> [TreeHash] {
        guard Int64(leaves.count) == size else {
            throw AdministrationError(.notFound, "the log has no tree of that size")
        }
        return leaves
    }

    static func check(_ size: Int64) throws {
        guard size <= longest else {
            throw AdministrationError(
                .refused, "the log is too long to make proofs of here", remedy: "export it and make them there")
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

    /// The first leaves of a log's tree.
    ///
    /// - Parameter log: the name of a broker's log; nil for the directory's own.
    private func leaves(of log: String?, size: Int64) throws -> [TreeHash] {
        try AuditProof.check(size)
        if let log { return try AuditProof.checked(brokerLogs.leaves(of: log, size: size), size) }
        let leaves = try read { reader in
            let sql = "SELECT leaf FROM audit_records ORDER BY i LIMIT ?"
            return try Row.fetchAll(reader.database, sql: sql, arguments: [size]).compactMap { row in
                row.bytes("leaf").flatMap { TreeHash($0) }
            }
        }
        return try AuditProof.checked(leaves, size)
    }

    /// Proves that a record is in a tree of a size.
    public func inclusionProof(of index: Int64, size: Int64, in log: String?) throws -> AuditProof {
        try .inclusion(of: index, in: leaves(of: log, size: size), size: size)
    }

    /// Proves that the tree of one size is the beginning of that of another.
    public func consistencyProof(from old: Int64, size: Int64, in log: String?) throws -> AuditProof {
        try .consistency(from: old, in: leaves(of: log, size: size), size: size)
    }
}

public import Audit
import FoundationEssentials
import GRDB
import NKeys
import Synchronization

/// The roots of each 256 records of the directory's own log, which never change: kept from one proof to the next, so that
/// only what is new is read.
public final class AuditTiles: Sendable {
    private struct Kept {
        /// The key that the log begins with.
        var key: PublicKey?
        var roots: [TreeHash] = []
    }

    private let kept = Mutex(Kept())

    public init() {}

    /// Does something with the tree of all records, as a state of the directory has it.
    func withTree<Result>(_ database: Database, _ body: (TiledTree) throws -> Result) throws -> Result {
        let roots = try kept.withLock { kept in
            let key = try AuditLog.genesisKey(database)
            // Another directory was put in the place of this one.
            if key != kept.key { kept = Kept(key: key) }
            let width = Int(TiledTree.tileWidth)
            while true {
                let leaves = try Self.leaves(database, from: Int64(kept.roots.count * width), count: width)
                guard leaves.count == width else { return kept.roots }
                kept.roots.append(MerkleTree.root(of: leaves))
            }
        }
        return try body(TiledTree(tiles: roots) { try Self.leaves(database, from: $0, count: $1) })
    }

    /// The hashes of at most `count` records from one on.
    private static func leaves(_ database: Database, from first: Int64, count: Int) throws -> [TreeHash] {
        let sql = "SELECT leaf FROM audit_records WHERE i >= ? ORDER BY i LIMIT ?"
        return try database.rows(sql, [first, count]).map {
            try $0.bytes("leaf").flatMap { TreeHash($0) }.orDamaged()
        }
    }
}

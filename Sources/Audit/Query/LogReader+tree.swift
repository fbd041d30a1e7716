extension LogReader {
    /// The tree of all records that have their place, from the hashes beside them.
    ///
    /// - Throws: what the storage throws; ``AuditError`` of code `logDamaged`.
    public func tree() throws -> TiledTree {
        let (storage, size) = (storage, storage.segmentSize)
        let width = SegmentFile.tileWidth
        var tiles: [TreeHash] = []
        let segments = try segments
        for segment in segments {
            guard segment != segments.last || isWhole(segment) else {
                let leaves = try Self.hashes(storage, segment, 0, Int(size))
                for start in stride(from: 0, to: leaves.count - leaves.count % width, by: width) {
                    tiles.append(MerkleTree.root(of: leaves[start..<start + width]))
                }
                break
            }
            tiles += try Self.hashes(storage, segment, size, Int(size) / width)
        }
        return TiledTree(tiles: tiles) { first, count in
            try Self.hashes(storage, Int(first / size), first % size, count)
        }
    }

    private func isWhole(_ segment: Int) -> Bool {
        (try? storage.size(of: SegmentFile.tiles(segment))) == SegmentFile.tilesSize(storage.segmentSize)
    }

    /// At most `count` hashes of a segment's file of them, from one on.
    private static func hashes(
        _ storage: Storage, _ segment: Int, _ first: Int64, _ count: Int
    ) throws -> [TreeHash] {
        let bytes = try storage.read(
            SegmentFile.tiles(segment), at: first * Int64(TreeHash.count), count: count * TreeHash.count)
        let found = bytes ?? []
        return stride(from: 0, to: found.count - found.count % TreeHash.count, by: TreeHash.count).compactMap {
            TreeHash(found[$0..<$0 + TreeHash.count])
        }
    }
}

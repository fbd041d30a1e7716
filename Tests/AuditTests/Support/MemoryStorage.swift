import Audit

/// A log's folder in memory.
final class MemoryStorage: LogStorage {
    /// So that a few records fill several segments.
    let segmentSize: Int64 = 512
    var files: [String: [UInt8]] = [:]

    init(_ files: [String: [UInt8]] = [:]) {
        self.files = files
    }

    func names(in folder: String?) throws -> [String] {
        let prefix = folder.map { $0 + "/" } ?? ""
        return files.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            .filter { !$0.contains("/") }
    }

    func size(of name: String) throws -> Int64? { files[name].map { Int64($0.count) } }

    func read(_ name: String, at offset: Int64, count: Int) throws -> [UInt8]? {
        files[name].map { Array($0.dropFirst(Int(offset)).prefix(count)) }
    }

    func write(_ bytes: [UInt8], to name: String, at offset: Int64) throws {
        var content = files[name] ?? []
        let end = Int(offset) + bytes.count
        if content.count < end { content += [UInt8](repeating: 0, count: end - content.count) }
        content.replaceSubrange(Int(offset)..<end, with: bytes)
        files[name] = content
    }

    func truncate(_ name: String, to size: Int64) throws { files[name] = Array((files[name] ?? []).prefix(Int(size))) }

    func synchronise(_ name: String) throws {}

    func replace(_ name: String, with bytes: [UInt8]) throws { files[name] = bytes }
}

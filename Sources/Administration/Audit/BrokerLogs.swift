public import Audit

/// The decision logs of brokers beside a directory, for those who read them through the service.
public struct BrokerLogs: Sendable {
    /// A piece of a log, the latest records first.
    public struct Part: Sendable {
        public let lines: [LogReader<FolderStorage>.Line]
        /// Where the next piece begins; nil at the log's beginning.
        public let next: Int64?
    }

    public let folder: String

    public init(folder: String) {
        self.folder = folder
    }

    /// The logs' names.
    public var names: [String] { LogFolder.logs(in: folder) }

    public func storage(of log: String) -> FolderStorage { FolderStorage(reading: "\(folder)/\(log)") }

    /// - Throws: ``AdministrationError`` of code `notFound`.
    public func reader(of log: String) throws(AdministrationError) -> LogReader<FolderStorage> {
        guard names.contains(log) else {
            throw AdministrationError(.notFound, "there is no log of that name")
        }
        do { return try LogReader(storage(of: log)) } catch {
            throw AdministrationError(.storageFailed, "the log cannot be read")
        }
    }

    /// Records that a filter lets through, from an index back.
    ///
    /// - Parameter before: only records with a lower index; nil for the latest.
    public func decisions(
        in log: String, _ filter: DecisionFilter, before: Int64?, limit: Int
    ) throws -> Part {
        let found = try reader(of: log).latest(limit, before: before, filter)
        return Part(lines: found.lines.reversed(), next: found.next.flatMap { $0 > 0 ? $0 : nil })
    }

    // MARK: Checkpoints

    /// The latest signed checkpoint; nil where there is none yet.
    public func checkpoint(of log: String) throws -> String? { try note("checkpoint", of: log) }

    /// The signed checkpoints that are kept, from a size on, in their order.
    public func checkpoints(of log: String, after size: Int64, limit: Int) throws -> [(size: Int64, note: String)] {
        let sizes = try reader(of: log).storage.names(in: "checkpoints").compactMap { Int64($0) }.filter { $0 > size }
        return try sizes.sorted().prefix(limit).compactMap { size in
            try note("checkpoints/\(size)", of: log).map { (size, $0) }
        }
    }

    private func note(_ name: String, of log: String) throws -> String? {
        try reader(of: log).storage.read(name, at: 0, count: 64 << 10).map { String(decoding: $0, as: UTF8.self) }
    }
}

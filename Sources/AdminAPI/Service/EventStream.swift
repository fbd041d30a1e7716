import Administration
import Audit
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Records of the admin log as server-sent events: each with its number as the id, its operation as the name and the record
/// itself, byte for byte, as the data. It ends with the service, and with the token that asked for it.
struct EventStream: Sendable {
    /// How many pauses without a record are followed by a word, so that nobody between takes the connection for dead.
    private static let quietPauses = 75
    private static let most = 100

    let service: AdminService
    let caller: Caller?
    /// The index of the first record.
    let first: Int64

    private var holder: String { caller?.token.holder ?? "" }

    /// - Throws: a problem where the caller has too many of them.
    func body() throws(Problem) -> ResponseBody {
        guard service.followers.haveRoom(for: holder) else {
            throw Problem(.rateLimited, "too many streams of events are open")
        }
        return ResponseBody { writer in
            guard service.followers.enter(holder) else { return try await writer.finish(nil) }
            defer { service.followers.leave(holder) }
            var next = first
            var quiet = 0
            try await writer.write(ByteBuffer(string: ": records\n\n"))
            while !Task.isCancelled, !Task.isShuttingDownGracefully, let news = try await news(from: next, quiet) {
                if news.count > 0 { try await writer.write(news.events) }
                next = news.next
                quiet = news.count == 0 ? quiet + 1 : 0
                if quiet == Self.quietPauses {
                    quiet = 0
                    try await writer.write(ByteBuffer(string: ": quiet\n\n"))
                }
                if news.count < Self.most { try await Task.sleep(for: EventFollowers.pause) }
            }
            try await writer.finish(nil)
        }
    }

    /// Records in a row, as they are sent.
    private struct News: Sendable {
        var events = ByteBuffer()
        var count = 0
        /// The index of the record after them.
        var next: Int64

        mutating func add(_ entry: AuditEntry) {
            let record = entry.record
            events.writeString(
                "id: \(record.log)/\(record.index)\nevent: \(record.operation.rawValue)\ndata: ")
            events.writeBytes(entry.bytes)
            events.writeString("\n\n")
            count += 1
            next = record.index + 1
        }
    }

    /// The next records; nil when the token counts no more. That somebody revoked it is on record, too: without a record
    /// nobody has to look, but now and then.
    private func news(from index: Int64, _ quiet: Int) async throws -> News? {
        if let caller, !caller.isLocal, !caller.token.isValid(at: service.time) { return nil }
        if quiet % Self.quietPauses != 0, try await service.followers.latestIndex(in: service) < index {
            return News(next: index)
        }
        return try await service.followers.turns.run(for: caller?.party ?? "") { try await read(from: index) }
    }

    /// The next records; nil when the token counts no more.
    private func read(from index: Int64) async throws -> News? {
        let (caller, now) = (caller, service.time)
        return try await service.search(for: EventFollowers.party) { directory in
            let isValid = try directory.read { reader in
                guard let caller, !caller.isLocal else { return true }
                return try reader.findAccessToken(caller.token.id)?.isValid(at: now) ?? false
            }
            guard isValid else { return nil }
            var news = News(next: index)
            for entry in try directory.audit(from: index, limit: Self.most) { news.add(entry) }
            return news
        }
    }
}

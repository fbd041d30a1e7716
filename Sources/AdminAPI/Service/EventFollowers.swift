import Administration
import Synchronization

/// Who follows the admin log as it is written. However many they are, the directory is asked once for all of them how far the
/// log is.
final class EventFollowers: Sendable {
    /// The most streams of whoever holds a token.
    static let mostOfHolder = 16
    /// The most streams of everybody.
    static let most = 512
    /// How long an answer of the directory is good for.
    static let pause = Duration.milliseconds(200)

    /// Whoever has many records to catch up with reads a few, and then lets the others. All streams together are one party
    /// among those who search.
    let turns = Turns(of: "streams of events")
    static let party = "streams of events"

    private struct Latest {
        var index: Int64
        var time: ContinuousClock.Instant
    }

    private let streams = Mutex<[String: Int]>([:])
    private let latest = Mutex<Latest?>(nil)

    /// Whether somebody may follow in another stream.
    func haveRoom(for holder: String) -> Bool { streams.withLock { Self.haveRoom(for: holder, in: $0) } }

    private static func haveRoom(for holder: String, in streams: [String: Int]) -> Bool {
        streams[holder, default: 0] < mostOfHolder && streams.values.reduce(0, +) < most
    }

    /// Counts a stream until ``leave(_:)``.
    ///
    /// - Returns: whether there is room for it; otherwise it is not counted.
    func enter(_ holder: String) -> Bool {
        streams.withLock { streams in
            guard Self.haveRoom(for: holder, in: streams) else { return false }
            streams[holder, default: 0] += 1
            return true
        }
    }

    func leave(_ holder: String) {
        streams.withLock { streams in
            streams[holder, default: 1] -= 1
            if streams[holder] == 0 { streams[holder] = nil }
        }
    }

    /// The index of the log's last record, as it was at most two pauses ago; -1 where there is none.
    func latestIndex(in service: AdminService) async throws -> Int64 {
        let now = ContinuousClock.now
        let known = latest.withLock { latest -> Int64? in
            guard let known = latest, now - known.time < Self.pause else {
                // Whoever comes meanwhile goes by the old one.
                latest?.time = now
                return nil
            }
            return known.index
        }
        if let known { return known }
        let index = try await service.look { try $0.latestAuditIndex() }
        latest.withLock { $0 = Latest(index: index, time: now) }
        return index
    }
}

import NIOCore
import NIOSSL

/// The connections of those who read pages. When there are as many as there may be, the one that has been waiting for a
/// request longest makes room, so that nobody keeps others out by holding connections. Confined to its loop.
final class PageConnections {
    private struct Entry {
        let channel: any Channel
        /// When it began to wait, as a place in the order of all such; nil while it is being answered.
        var waitsSince: UInt64?
    }

    private let most: Int
    private var entries: [ObjectIdentifier: Entry] = [:]
    private var last: UInt64 = 0

    init(most: Int) {
        self.most = most
    }

    /// Takes one more in, unless all that there are have an answer on its way.
    func begin(_ channel: any Channel) -> Bool {
        if entries.count >= most {
            let idle = entries.compactMap { key, entry in entry.waitsSince.map { (since: $0, key: key) } }
            guard let longest = idle.min(by: { $0.since < $1.since }),
                let entry = entries.removeValue(forKey: longest.key)
            else { return false }
            Self.closeAtOnce(entry.channel)
        }
        last += 1
        entries[ObjectIdentifier(channel)] = Entry(channel: channel, waitsSince: last)
        return true
    }

    /// An answer is on its way.
    func noteAnswering(_ channel: any Channel) {
        entries[ObjectIdentifier(channel)]?.waitsSince = nil
    }

    /// It waits for the next request.
    func noteWaiting(_ channel: any Channel) {
        last += 1
        entries[ObjectIdentifier(channel)]?.waitsSince = last
    }

    func end(_ channel: any Channel) {
        entries[ObjectIdentifier(channel)] = nil
    }

    /// Without the farewell of TLS, for which the other side may take its time.
    private static func closeAtOnce(_ channel: any Channel) {
        if let tls = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
            tls.close(promise: nil)
        } else {
            channel.close(promise: nil)
        }
    }
}

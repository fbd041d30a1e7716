import NIOCore
import NIOPosix
import Synchronization

/// A full or a cache resolver at work: its store, on a thread that may wait for the disk. What it is asked to do is done
/// one after the other, in the order in which it was asked.
final class FolderResolver: Sendable {
    let configuration: DirectoryResolverConfiguration
    private let store: Mutex<AccountStore>
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// Reads what the folder has.
    ///
    /// - Parameters:
    ///   - preloaded: JWTs that the folder is to have, unless it has newer ones.
    ///   - odd: told of each file that is passed over, in words.
    init(
        _ configuration: DirectoryResolverConfiguration, preloaded: [BrokerConfiguration.PreloadedAccount], now: Int64,
        odd: (String) -> Void
    ) throws(AccountStoreError) {
        self.configuration = configuration
        var store = try AccountStore(
            folder: configuration.directory, policy: Self.policy(configuration), now: now, odd: odd)
        for account in preloaded {
            guard let key = account.key else { continue }
            _ = try store.saveIfNewer(account.jwt, of: key, now: now)
        }
        self.store = Mutex(store)
        thread.start()
    }

    private static func policy(_ configuration: DirectoryResolverConfiguration) -> AccountStore.Policy {
        switch configuration.kind {
        case .full: .full(limit: configuration.limit)
        case .cache: .cache(limit: configuration.limit ?? .max, lifetime: configuration.timeToLive?.components.seconds)
        }
    }

    /// Does something with the store, and comes back to the loop with what it brought.
    func run<Value: Sendable>(
        on eventLoop: any EventLoop, _ work: @escaping @Sendable (inout AccountStore) throws -> Value
    ) -> EventLoopFuture<Value> {
        thread.runIfActive(eventLoop: eventLoop) {
            try self.store.withLock { try work(&$0) }
        }
    }

    /// Does something with the store now; before there are loops that could not wait.
    func runNow<Value: Sendable>(_ work: (inout AccountStore) throws -> sending Value) throws -> Value {
        try store.withLock { try work(&$0) }
    }

    func shutDown() async throws {
        try await thread.shutdownGracefully()
    }
}

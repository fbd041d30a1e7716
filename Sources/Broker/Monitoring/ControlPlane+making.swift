import NIOCore
import NIOPosix

// Making pages: one at a time for the accounts, and one for whoever runs the server.

extension ControlPlane {
    /// Gathers a page and writes it on a thread that has time, when it is the asker's turn.
    ///
    /// - Parameters:
    ///   - account: the number of the account whose client asks; nil over HTTP.
    ///   - write: writes the whole answer.
    /// - Returns: whether so few are waiting that the page will be made; otherwise nothing happens.
    func make(
        _ page: Page, _ options: PageOptions, isIndented: Bool = false, for account: Int? = nil,
        _ write: @escaping @Sendable (any PageBody, inout PageWriter) -> Void,
        whenDone: @escaping (Result<[UInt8], PageRefusal>) -> Void
    ) -> Bool {
        let isMessage = account != nil
        if page.isShort {
            // Nobody waits for others to learn that the server is well.
            gather(page, options, isMessage: isMessage) { result in
                whenDone(
                    result.map { body in
                        var writer = PageWriter(isIndented: isIndented)
                        write(body, &writer)
                        return writer.bytes
                    })
            }
            return true
        }
        return queue(of: account).add(for: account ?? -1) { [self] isOver in
            gather(page, options, isMessage: isMessage) { [self] result in
                switch result {
                case .failure(let refusal):
                    whenDone(.failure(refusal))
                    isOver()
                case .success(let body):
                    let bytes = context.pageWriting.runIfActive(eventLoop: eventLoop) {
                        var writer = PageWriter(isIndented: isIndented)
                        write(body, &writer)
                        return writer.bytes
                    }
                    bytes.assumeIsolated().whenComplete {
                        whenDone(.success((try? $0.get()) ?? []))
                        isOver()
                    }
                }
            }
        }
    }

    private func queue(of account: Int?) -> PageQueue {
        guard let account, tenants.indices.contains(account) else { return ownPages }
        return tenants[account].state.identity == context.systemAccount ? ownPages : tenantPages
    }
}

extension Page {
    /// Whether it says little, whatever the server has to do.
    fileprivate var isShort: Bool {
        switch self {
        case .health, .routes, .gateways, .leafNodes, .jetStream, .raft, .queues, .accountConnections: true
        case .server, .connections, .subscriptions, .accounts, .accountStatistics, .account: false
        }
    }
}

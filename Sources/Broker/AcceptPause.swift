import NIOCore

/// Stops accepting connections for a second when the system has no room for more, such as descriptors: trying again at
/// once would only keep the processor busy.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = Channel

    private static let length = TimeAmount.seconds(1)

    private let environment: BrokerEnvironment
    private var isPausing = false

    init(environment: BrokerEnvironment) {
        self.environment = environment
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isPausing else { return }
        isPausing = true
        environment.log(.error, "connections cannot be accepted for now: \(error)")
        let channel = context.channel
        setReading(channel, false)
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.length) {
            self.isPausing = false
            self.setReading(channel, true)
        }
    }

    private func setReading(_ channel: any Channel, _ isReading: Bool) {
        // Fails only for a channel that is closed, which reads nothing more anyway.
        channel.setOption(.autoRead, value: isReading).whenFailure { _ in }
    }
}

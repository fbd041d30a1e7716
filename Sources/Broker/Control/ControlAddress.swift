import NIOCore

/// Where the control plane is reached from the shards.
struct ControlAddress: Sendable {
    let eventLoop: any EventLoop
    private let plane: NIOLoopBound<ControlPlane>

    init(_ plane: NIOLoopBound<ControlPlane>) {
        eventLoop = plane.eventLoop
        self.plane = plane
    }

    /// Has the control plane do something on its own loop, after everything it was told before.
    func execute(_ work: @escaping @Sendable (ControlPlane) -> Void) {
        let plane = plane
        eventLoop.execute { work(plane.value) }
    }
}

/// How long an answer may be looked for. Who asks for others bounds it: what a set of many roles and rules allows may take as long
/// as their product.
public struct Patience: Sendable {
    /// Whether it is not at its end yet.
    let lasts: @Sendable () -> Bool

    /// It is at its end, and there is no answer.
    public struct Ended: Error {}

    public init(lasts: @escaping @Sendable () -> Bool) {
        self.lasts = lasts
    }

    /// That of somebody who looks for himself.
    public static let endless = Patience { true }

    /// - Throws: ``Ended``.
    func check() throws {
        guard lasts() else { throw Ended() }
    }
}

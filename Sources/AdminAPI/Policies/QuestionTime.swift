import Policy

/// How long one question about policies may be worked on: the thread is somebody else's afterwards, whatever was asked.
enum QuestionTime {
    static let most = Duration.seconds(20)

    /// Begins now.
    static var patience: Patience {
        let end = ContinuousClock.now + most
        return Patience { ContinuousClock.now < end }
    }

    static let problem = Problem(
        .invalidValue,
        "this takes longer than \(most.components.seconds) s: ask for less at a time, or near, where there is no limit",
        faults: [Fault(pointer: "/files", code: "too-large", detail: "is too much for one question")])
}

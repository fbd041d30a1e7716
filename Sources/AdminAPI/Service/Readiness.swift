import Administration

/// Whether the directory can be read and written, as it was found at most a second ago: whoever asks costs no more than that.
actor Readiness {
    private static let lifetime = Duration.seconds(1)

    private var found: (time: ContinuousClock.Instant, isReady: Bool)?

    func isReady(_ directory: Directory) async -> Bool {
        if let found, ContinuousClock.now - found.time < Self.lifetime { return found.isReady }
        let isReady = (try? await directory.look { try $0.checkUsable() }) != nil
        found = (ContinuousClock.now, isReady)
        return isReady
    }
}

import CSodium

/// libsodium, initialised once for the process.
package enum Sodium {
    /// Makes sure that the library is ready: every use of libsodium goes through this first.
    ///
    /// The initialisation fails only when the operating system offers no source of randomness at all. Nothing
    /// this program does could be secure then, so it stops; no input can lead here.
    package static func ensureReady() {
        precondition(isReady, "libsodium could not be initialised: the system has no source of randomness")
    }

    /// `sodium_init` answers 0 the first time and 1 when another part of the process called it before.
    private static let isReady = sodium_init() >= 0
}

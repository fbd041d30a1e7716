import Audit
import FoundationEssentials
import Glibc

/// The system's clocks, for the audit log.
enum SystemMoment {
    /// The wall clock, and the time since the machine was started.
    @Sendable static func now() -> AuditMoment {
        let wall = SystemClock.nanoseconds(of: CLOCK_REALTIME)
        return AuditMoment(
            unixSeconds: wall / 1_000_000_000, microsecond: wall % 1_000_000_000 / 1_000, boot: boot,
            sinceBoot: SystemClock.nanoseconds(of: CLOCK_BOOTTIME))
    }

    /// The kernel's name for this start of the machine.
    private static let boot: String? = {
        let path = "/proc/sys/kernel/random/boot_id"
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        return text.split(separator: "\n").first.map(String.init)
    }()
}

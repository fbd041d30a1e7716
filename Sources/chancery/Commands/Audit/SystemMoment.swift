import Audit
import FoundationEssentials
import Glibc

/// The system's clocks, for the audit log.
enum SystemMoment {
    /// The wall clock, and the time since the machine was started.
    @Sendable static func now() -> AuditMoment {
        let (wall, since) = (time(of: CLOCK_REALTIME), time(of: CLOCK_BOOTTIME))
        let (scaled, overflow) = Int64(since.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        return AuditMoment(
            unixSeconds: Int64(wall.tv_sec), microsecond: Int64(wall.tv_nsec) / 1_000, boot: boot,
            sinceBoot: overflow ? nil : scaled &+ Int64(since.tv_nsec))
    }

    /// The kernel's name for this start of the machine.
    private static let boot: String? = {
        let path = "/proc/sys/kernel/random/boot_id"
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        return text.split(separator: "\n").first.map(String.init)
    }()

    private static func time(of clock: clockid_t) -> timespec {
        var time = timespec()
        // Both clocks exist on every Linux since 2.6.39.
        clock_gettime(clock, &time)
        return time
    }
}

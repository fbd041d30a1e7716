import Glibc
import NIOCore
import Synchronization

/// What the process takes of the machine.
struct ProcessUsage: Sendable, Hashable {
    /// Resident memory, bytes.
    var memory: UInt64 = 0
    /// Percent of one core, since the last time that somebody asked at least a second ago; over 100 where several are busy.
    var processor: UInt64 = 0

    static var cores: Int { NIOCore.System.coreCount }
}

/// Reads ``ProcessUsage``.
final class ProcessMeter: Sendable {
    private struct Sample {
        /// Monotonic and processor nanoseconds.
        var time: Int64 = 0
        var used: Int64 = 0
        var processor: UInt64 = 0
    }

    private let last = Mutex(Sample())

    func read(at now: Int64) -> ProcessUsage {
        let used = Self.processorTime
        let processor = last.withLock { last in
            let elapsed = now - last.time
            guard elapsed >= 1_000_000_000 else { return last.processor }
            let percent = last.time == 0 ? 0 : UInt64(clamping: (used - last.used) / max(elapsed / 100, 1))
            last = Sample(time: now, used: used, processor: percent)
            return percent
        }
        return ProcessUsage(memory: Self.residentMemory, processor: processor)
    }

    private static var processorTime: Int64 {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// The second number of `/proc/self/statm`, in pages.
    private static var residentMemory: UInt64 {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { _ = close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count > 0 else { return 0 }
        let fields = bytes.prefix(count).split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = UInt64(String(decoding: fields[1], as: UTF8.self)) else { return 0 }
        return pages &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
    }
}

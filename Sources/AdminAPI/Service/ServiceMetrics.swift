import Administration
import Synchronization

/// What is counted while the service runs, in the text form of Prometheus. Labels are few: no account, no token, no path
/// that somebody made up.
final class ServiceMetrics: Sendable {
    private struct Key: Hashable {
        let operation: String
        let status: Int
    }

    /// Upper bounds of the classes of durations, in seconds.
    private static let bounds: [Double] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10]

    private struct State {
        var requests: [Key: Int] = [:]
        var durations = [Int](repeating: 0, count: ServiceMetrics.bounds.count + 1)
        var seconds = 0.0
    }

    private let state = Mutex(State())

    func count(_ operation: String, status: Int, seconds: Double) {
        state.withLock { state in
            state.requests[Key(operation: operation, status: status), default: 0] += 1
            let index = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
            state.durations[index] += 1
            state.seconds += seconds
        }
    }

    func text(_ counts: DirectoryCounts) -> String {
        let state = state.withLock { $0 }
        var lines = ["# TYPE chancery_http_requests_total counter"]
        for (key, count) in state.requests.sorted(by: {
            ($0.key.operation, $0.key.status) < ($1.key.operation, $1.key.status)
        }) {
            lines.append(
                "chancery_http_requests_total{operation=\"\(key.operation)\",status=\"\(key.status)\"} \(count)")
        }
        lines.append("# TYPE chancery_http_request_duration_seconds histogram")
        var sum = 0
        for (bound, count) in zip(Self.bounds, state.durations) {
            sum += count
            lines.append("chancery_http_request_duration_seconds_bucket{le=\"\(bound)\"} \(sum)")
        }
        sum += state.durations.last ?? 0
        lines.append("chancery_http_request_duration_seconds_bucket{le=\"+Inf\"} \(sum)")
        lines.append("chancery_http_request_duration_seconds_sum \(state.seconds)")
        lines.append("chancery_http_request_duration_seconds_count \(sum)")
        let gauges: [(String, Int64)] = [
            ("operators", Int64(counts.operators)), ("accounts", Int64(counts.accounts)),
            ("users", Int64(counts.users)),
            ("tokens", Int64(counts.tokens)), ("audit_records", Int64(counts.auditRecords)), ("bytes", counts.bytes),
        ]
        for (name, value) in gauges {
            lines.append("# TYPE chancery_directory_\(name) gauge")
            lines.append("chancery_directory_\(name) \(value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

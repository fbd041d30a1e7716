/// Whether clients can connect. In lame duck mode they cannot, in nats-server's words.
struct HealthPage: PageBody {
    let isFailure: Bool
    /// Whether what is wrong is listed, with its type.
    let showsDetails: Bool
    /// Whether the answer has no status of its own.
    let isMessage: Bool

    private static let reason = "failed to be ready for connections after 1ms: server"

    func write(to writer: inout PageWriter) {
        writer.object { writer in
            writer.add("status", isFailure ? "error" : "ok")
            if isMessage { writer.add("status_code", isFailure ? 500 : 200) }
            guard isFailure else { return }
            guard showsDetails else { return writer.add("error", Self.reason) }
            writer.list("errors", [Self.reason]) { writer, reason in
                writer.object { writer in
                    writer.add("type", "CONNECTION")
                    writer.add("error", reason)
                }
            }
        }
    }
}

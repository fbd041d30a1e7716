/// The pages of what this server has none of.
struct EmptyPage: PageBody {
    let page: Page
    let identity: ServerIdentity
    /// Unix nanoseconds.
    let now: Int64

    func write(to writer: inout PageWriter) {
        writer.object { writer in
            switch page {
            case .routes:
                writer.add("server_id", identity.id)
                writer.add("server_name", identity.name)
                writeTime(to: &writer)
                writer.add("num_routes", 0)
                writer.add("routes", [String]())
            case .gateways:
                writer.add("server_id", identity.id)
                writeTime(to: &writer)
                writer.object("outbound_gateways") { _ in }
                writer.object("inbound_gateways") { _ in }
            case .leafNodes:
                writer.add("server_id", identity.id)
                writeTime(to: &writer)
                writer.add("leafnodes", 0)
                writer.add("leafs", [String]())
            case .jetStream: writeJetStream(to: &writer)
            default: break
            }
        }
    }

    private func writeTime(to writer: inout PageWriter) {
        writer.add("now", UTCTimestamp.text(nanoseconds: now))
    }

    private func writeJetStream(to writer: inout PageWriter) {
        for name in ["memory", "storage", "reserved_memory", "reserved_storage", "accounts", "ha_assets"] {
            writer.add(name, 0)
        }
        writer.object("api") { writer in
            for name in ["level", "total", "errors"] { writer.add(name, 0) }
        }
        writer.add("server_id", identity.id)
        writeTime(to: &writer)
        writer.add("disabled", true)
        writer.object("config") { writer in
            writer.add("max_memory", 0)
            writer.add("max_storage", 0)
        }
        for name in ["streams", "consumers", "messages", "bytes", "total"] { writer.add(name, 0) }
    }
}

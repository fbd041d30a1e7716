import Administration
import Claims

/// How values of claims are written for a person.
enum TextForms {
    /// A moment, or a dash for none.
    static func time(_ seconds: Int64) -> String {
        seconds == 0 ? "-" : CivilDate.text(unixSeconds: seconds)
    }

    /// The end of a validity.
    static func expiry(_ seconds: Int64) -> String {
        seconds == 0 ? "never" : CivilDate.text(unixSeconds: seconds)
    }

    /// A number of things.
    static func limit(_ value: Int64) -> String {
        value == -1 ? "Unlimited" : String(value)
    }

    /// A number of bytes, in the largest unit that needs no fraction.
    static func size(_ value: Int64) -> String {
        guard value != -1 else { return "Unlimited" }
        let units: [(String, Int64)] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        for (unit, factor) in units where value != 0 && value % factor == 0 {
            return "\(value / factor) \(unit) (\(value) bytes)"
        }
        return "\(value) bytes"
    }

    /// Adds what may be published and subscribed to.
    static func add(_ permissions: Permissions, to table: inout Table) {
        table.add("Pub Allow", values: permissions.publish.allow)
        table.add("Pub Deny", values: permissions.publish.deny)
        table.add("Sub Allow", values: permissions.subscribe.allow)
        table.add("Sub Deny", values: permissions.subscribe.deny)
        if let response = permissions.response {
            table.add("Max Responses", response.maxMessages == 0 ? "1" : limit(Int64(response.maxMessages)))
            table.add("Response Permission TTL", duration(response.expires))
        } else {
            table.add("Response Permissions", "Not Set")
        }
    }

    /// Adds permissions and limits.
    static func add(_ limits: UserPermissionLimits, to table: inout Table) {
        add(limits.permissions, to: &table)
        table.addLine()
        table.add("Bearer Token", limits.bearerToken ? "Yes" : "No")
        if limits.proxyRequired { table.add("Proxy Required", "Yes") }
        table.add("Max Msg Payload", size(limits.payload))
        table.add("Max Data", size(limits.data))
        table.add("Max Subs", limit(limits.subscriptions))
        table.add("Network Src", values: limits.sources.isEmpty ? ["Any"] : limits.sources)
        table.add("Time", values: limits.times.isEmpty ? ["Any"] : limits.times.map { "\($0.start)-\($0.end)" })
        if !limits.timeZone.isEmpty { table.add("Time Zone", limits.timeZone) }
        if !limits.allowedConnectionTypes.isEmpty {
            table.add("Connection Types", values: limits.allowedConnectionTypes)
        }
    }

    private static func duration(_ nanoseconds: Int64) -> String {
        switch nanoseconds {
        case 0: "2m (the server's default)"
        case ..<0: "forever"
        default: DurationText.text(nanoseconds: nanoseconds)
        }
    }
}

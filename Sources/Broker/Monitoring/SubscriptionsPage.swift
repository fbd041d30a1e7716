/// `subsz`
struct SubscriptionsPage: PageBody {
    let server: String
    /// Unix nanoseconds.
    let now: Int64
    let statistics: InterestStatistics
    let total: Int
    let options: PageOptions
    let reports: [SubscriptionReport]
    /// By number.
    let accounts: [Int: ConnectionsPage.AccountName]

    func write(to writer: inout PageWriter) {
        writer.object { writer in
            writer.add("server_id", server)
            writer.add("now", UTCTimestamp.text(nanoseconds: now))
            statistics.write(to: &writer)
            writer.add("total", total)
            writer.add("offset", options.offset)
            writer.add("limit", options.limit)
            guard !reports.isEmpty else { return }
            writer.list("subscriptions_list", reports) { writer, report in
                writer.object { report.write(to: &$0, account: accounts[report.account]) }
            }
        }
    }
}

import AdminAPI
import Administration
import Audit
import Claims

/// The logs of a service, as far as its caller may read them: all of them, or an account's own part.
struct RemoteLogs {
    private static let largestPage = 500
    /// The most records that one page says of whether there are earlier ones.
    static let mostAtOnce = largestPage - 1

    private let service: RemoteService
    /// Where the logs are asked for.
    private let path: String
    private let isAdminWanted: Bool
    /// The names of brokers' logs; nil for whichever there is.
    let brokers: [String?]
    /// What accounts are called, by their keys.
    let accountNames: [String: String]

    /// - Parameters:
    ///   - options: which logs are wanted.
    ///   - place: what is meant where the caller may read the part of one account alone.
    init(_ service: RemoteService, _ options: AuditLogOptions, at place: Place) throws {
        self.service = service
        if let own = try service.ownAccount(at: place) {
            if let log = options.log, log != AuditLogs.admin, log != "broker" {
                throw CommandFailure(
                    message: "an account's own part is of the logs admin and broker", remedy: "name one of them")
            }
            path = own.path + "/audit"
            isAdminWanted = options.log != "broker"
            brokers = options.log == AuditLogs.admin ? [] : [nil]
            accountNames = [own.key: own.name]
        } else {
            path = "/v1/audit"
            let names = try options.names(of: service)
            isAdminWanted = names.contains(AuditLogs.admin)
            brokers = names.filter { $0 != AuditLogs.admin }
            accountNames = brokers.isEmpty ? [:] : try service.accountNames()
        }
    }

    /// What is watched, in words.
    var watched: [String] { (isAdminWanted ? [AuditLogs.admin] : []) + brokers.map { $0 ?? "broker" } }

    /// Whether the logs are read as a whole, and not one account's part of them.
    var isWhole: Bool { path == "/v1/audit" }

    // MARK: Asking

    /// Changes, the oldest first.
    func changes(_ query: AuditQuery, limit: Int) throws -> (records: [[UInt8]], isCut: Bool) {
        guard isAdminWanted else { return ([], false) }
        let parameters = [
            ("object", query.object), ("operation", query.operation),
            ("kind", isWhole ? query.kind?.rawValue : nil), ("outcome", isWhole ? query.outcome?.rawValue : nil),
            ("account", isWhole ? query.account : nil), ("user", isWhole ? query.user : nil),
            ("since", query.since.map { String($0) }), ("until", query.until.map { String($0) }),
        ].compactMap { name, value in value.map { (name, $0) } }
        let (pages, isCut) = try pages(path + "/admin", parameters, limit: limit)
        return (pages.reversed().flatMap { $0 }.suffix(limit == 0 ? .max : limit), isCut)
    }

    /// Decisions of a broker, the oldest first.
    func decisions(in log: String?, _ filter: DecisionFilter, limit: Int) throws -> (records: [[UInt8]], isCut: Bool) {
        let parameters = [
            ("log", log), ("kind", filter.kind?.rawValue), ("outcome", filter.outcome?.rawValue),
            ("account", isWhole ? filter.account : nil), ("user", filter.user),
            ("subject", filter.subject), ("reason", filter.reason),
            ("connection", filter.connection.map { String($0) }),
            ("since", filter.since.map { String($0) }), ("until", filter.until.map { String($0) }),
        ].compactMap { name, value in value.map { (name, $0) } }
        let (pages, isCut) = try pages(path + "/broker", parameters, limit: limit)
        return (pages.flatMap { $0 }.prefix(limit == 0 ? .max : limit).reversed(), isCut)
    }

    /// The latest records, page after page, and one more than is wanted where there is one: a page may be short, or empty, and
    /// lead on to nothing.
    ///
    /// - Parameter limit: how many are enough; 0 for all.
    private func pages(
        _ path: String, _ parameters: [(name: String, value: String)], limit: Int
    ) throws -> (pages: [[[UInt8]]], isCut: Bool) {
        var (pages, count, cursor): ([[[UInt8]]], Int, String?) = ([], 0, nil)
        repeat {
            let wanted = limit == 0 ? Self.largestPage : min(limit + 1 - count, Self.largestPage)
            let answer = try service.get(
                path,
                parameters + [("limit", String(wanted)), ("exact", "true")] + (cursor.map { [("cursor", $0)] } ?? []))
            let page = (answer["items"]?.textElements ?? []).map { Array($0.utf8) }
            pages.append(page)
            count += page.count
            cursor = answer["next"]?.text
            if limit > 0, count > limit { return (pages, true) }
        } while cursor != nil
        return (pages, false)
    }

    // MARK: Explaining

    /// A record, and why it is as it is.
    func explain(_ name: RecordName) throws -> (record: DecisionRecord, answer: RecordAnswer)? {
        for log in brokers {
            let query = log.map { [("log", $0)] } ?? []
            let page = try service.get(
                path + "/broker",
                query + [("limit", "1"), ("exact", "true"), ("cursor", ServicePath.cursor(before: name.index + 1))])
            guard let found = page["items"]?.textElements.first,
                let record = try? DecisionRecord(bytes: Array(found.utf8)),
                record.log == name.log, record.index == name.index
            else { continue }
            let target = ServicePath.with(query, "\(path)/broker/\(name.index):explain")
            return (record, try service.post(target).decoded())
        }
        return nil
    }
}

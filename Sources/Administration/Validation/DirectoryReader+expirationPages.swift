import Claims

/// Where a page of expirations ended: after an operator, one of its accounts, or one of that account's users.
public struct ExpirationPlace: Sendable, Hashable {
    var `operator`: String
    var account: String?
    var user: String?

    /// As ``text`` has it; nil for anything else.
    public init?(text: String) {
        guard let parts = JSONValue(parsing: Array(text.utf8))?.elements?.map(\.text), (1...3).contains(parts.count),
            let name = parts[0], !parts.contains(nil)
        else { return nil }
        `operator` = name
        account = parts.count > 1 ? parts[1] : nil
        user = parts.count > 2 ? parts[2] : nil
    }

    init(_ operator: String, _ account: String? = nil, _ user: String? = nil) {
        (self.operator, self.account, self.user) = (`operator`, account, user)
    }

    /// A JSON array of names.
    public var text: String {
        JSONValue.array([self.operator, account, user].compactMap { $0.map { .string($0) } }).jsonText
    }
}

/// Some expirations, and where there may be more.
public struct ExpirationPage: Sendable {
    public fileprivate(set) var items: [Expiration] = []
    /// Nil where there are no others.
    public fileprivate(set) var next: ExpirationPlace?
    fileprivate var looked = 0
}

extension DirectoryReader {
    /// Expirations in the order of names. No more than 5,000 tokens are looked at: then there may be fewer than `limit`, and still
    /// others. Of one account there may be more than `limit`: those of its imports come with it.
    ///
    /// - Parameters:
    ///   - place: where the page before ended; nil for the first.
    ///   - isSeen: whether an operator with everything in it is meant, or one account of it.
    ///   - isWanted: which are shown.
    public func expirations(
        after place: ExpirationPlace?, limit: Int, isSeen: (OperatorEntry, AccountEntry?) -> Bool,
        isWanted: (Expiration) -> Bool
    ) throws -> ExpirationPage {
        var page = ExpirationPage()
        for entry in try operators() {
            if let place, entry.name.utf8.lexicographicallyPrecedes(place.operator.utf8) { continue }
            let isPlace = place?.operator.isExactly(entry.name) ?? false
            if !isPlace, isSeen(entry, nil) {
                add([Self.expiration(try entry.claims(), entry.name)], to: &page, isWanted)
                if isFull(page, limit) {
                    page.next = ExpirationPlace(entry.name)
                    return page
                }
            }
            try add(entry, after: isPlace ? place : nil, limit, &page, isSeen, isWanted)
            if page.next != nil { return page }
        }
        return page
    }

    private static var mostLookedAt: Int { 5_000 }
    private static var step: Int { 200 }

    private func isFull(_ page: ExpirationPage, _ limit: Int) -> Bool {
        page.items.count >= limit || page.looked >= Self.mostLookedAt
    }

    private func add(_ found: [Expiration], to page: inout ExpirationPage, _ isWanted: (Expiration) -> Bool) {
        page.looked += found.count
        page.items += found.filter(isWanted)
    }

    /// The accounts of an operator, with what is in them.
    private func add(
        _ entry: OperatorEntry, after place: ExpirationPlace?, _ limit: Int, _ page: inout ExpirationPage,
        _ isSeen: (OperatorEntry, AccountEntry?) -> Bool, _ isWanted: (Expiration) -> Bool
    ) throws {
        if let name = place?.account, let account = try findAccount(EntityReference(name), of: entry),
            isSeen(entry, account)
        {
            try addUsers(of: account, entry, after: place?.user ?? "", limit, &page, isWanted)
            if page.next != nil { return }
        }
        var last = place?.account ?? ""
        while true {
            let accounts = try accounts(of: entry, after: last, limit: Self.step)
            for account in accounts {
                last = account.name
                page.looked += 1
                guard isSeen(entry, account) else { continue }
                add(try ownExpirations(of: account, in: entry), to: &page, isWanted)
                if isFull(page, limit) {
                    page.next = ExpirationPlace(entry.name, account.name)
                    return
                }
                try addUsers(of: account, entry, after: "", limit, &page, isWanted)
                if page.next != nil { return }
            }
            guard accounts.count == Self.step else { return }
            if isFull(page, limit) {
                page.next = ExpirationPlace(entry.name, last)
                return
            }
        }
    }

    private func addUsers(
        of account: AccountEntry, _ entry: OperatorEntry, after name: String, _ limit: Int,
        _ page: inout ExpirationPage, _ isWanted: (Expiration) -> Bool
    ) throws {
        var last = name
        while true {
            let users = try users(of: account, after: last, limit: min(Self.step, limit))
            for user in users {
                last = user.name
                let path = "\(entry.name)/\(account.name)/\(user.name)"
                add([Self.expiration(try user.claims(), path)], to: &page, isWanted)
                if isFull(page, limit) {
                    page.next = ExpirationPlace(entry.name, account.name, last)
                    return
                }
            }
            guard users.count == min(Self.step, limit) else { return }
        }
    }
}

import Authorization
import Claims
import NKeys

/// The account JWTs of a full or a cache resolver: a folder of files and what has to be known of them at once.
///
/// Blocking: it reads and writes files. It belongs on a thread that may wait, and to one caller at a time.
///
/// A JWT is kept only if it is an account's whose signature verifies and stands under its own key; whether its issuer is
/// trusted is for the caller to decide *before* it is handed in (rule S8).
struct AccountStore {
    /// How long JWTs stay.
    enum Policy: Hashable {
        /// Every account is kept, for good.
        ///
        /// - limit: beyond so many accounts a new one is refused; nil for no limit.
        case full(limit: Int?)
        /// Only what was used last is kept.
        ///
        /// - limit: accounts, at least 1; the one that was not used for the longest time makes room.
        /// - lifetime: seconds after its last use that an account is kept; nil for ever. An expired JWT goes as well.
        case cache(limit: Int, lifetime: Int64?)
    }

    /// What is known of a JWT without a look at its file.
    private struct Entry {
        var version: TokenVersion
        var issuedAt: Int64
        /// Unix seconds; 0 for never.
        var expires: Int64
        /// Unix seconds.
        var lastUse: Int64
        /// Counts uses, since many fall into one second.
        var turn: UInt64
    }

    let policy: Policy
    private let folder: AccountFolder
    private var entries: [PublicKey: Entry] = [:]
    private var turn: UInt64 = 0
    private(set) var digest = StoreDigest()

    /// Opens a folder, making it if need be, and reads what is there.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - now: Unix seconds.
    ///   - odd: told of each file that is passed over, in words.
    /// - Throws: ``AccountStoreError`` when the folder cannot be made or read.
    init(
        folder path: String, policy: Policy, now: Int64, odd: (String) -> Void
    ) throws(AccountStoreError) {
        self.policy = policy
        folder = try AccountFolder(path)
        for account in try folder.accounts().sorted() {
            do throws(AccountStoreError) {
                guard let token = try folder.read(account) else { continue }
                guard let entry = entry(for: token, of: account, now: now) else {
                    odd("\(account.text).jwt in \(path) is not a JWT of that account whose signature verifies")
                    continue
                }
                note(entry, of: account)
            } catch {
                odd(error.message)
            }
        }
        try makeRoom()
    }

    /// The accounts, sorted.
    var accounts: [PublicKey] { entries.keys.sorted() }

    var count: Int { entries.count }

    // MARK: Reading

    /// The JWT of an account, or nil where there is none. A file that was changed behind the store's back counts only if
    /// it still is that account's JWT.
    mutating func load(_ account: PublicKey, now: Int64) throws(AccountStoreError) -> String? {
        guard let known = entries[account] else { return nil }
        guard !isOver(known, now: now) else {
            try drop(account, keepsCopy: false)
            return nil
        }
        guard let token = try folder.read(account), let entry = entry(for: token, of: account, now: now) else {
            forget(account)
            return nil
        }
        note(entry, of: account)
        return token
    }

    /// The JWTs that a server with another digest lacks, perhaps: all of them; none where the digests are the same.
    ///
    /// - Parameter other: what the other server sent; what is no digest counts as that of an empty store.
    func pack(for other: [UInt8]) -> [(account: PublicKey, token: String)] {
        guard StoreDigest(other) ?? StoreDigest() != digest else { return [] }
        return accounts.compactMap { account in
            (try? folder.read(account)).flatMap { token in token.map { (account, $0) } }
        }
    }

    // MARK: Writing

    /// Keeps a JWT, whatever was there before.
    ///
    /// - Returns: whether anything changed; false where the very same JWT is there already.
    mutating func save(_ token: String, of account: PublicKey, now: Int64) throws(AccountStoreError) -> Bool {
        guard let entry = entry(for: token, of: account, now: now) else { return false }
        if entries[account]?.version == entry.version {
            note(entry, of: account)
            return false
        }
        if case .full(.some(let limit)) = policy, entries[account] == nil, entries.count >= limit {
            throw .full(limit)
        }
        try folder.write(token, of: account)
        note(entry, of: account)
        try makeRoom()
        return true
    }

    /// Keeps a JWT that another server had, unless the one that is here was issued later or at the same time.
    ///
    /// - Returns: whether it was taken.
    mutating func saveIfNewer(_ token: String, of account: PublicKey, now: Int64) throws(AccountStoreError) -> Bool {
        guard let entry = entry(for: token, of: account, now: now) else { return false }
        if let known = entries[account], known.issuedAt >= entry.issuedAt { return false }
        return try save(token, of: account, now: now)
    }

    /// Takes an account out.
    ///
    /// - Parameter keepsCopy: whether the file stays under another name. A cache never keeps one.
    /// - Returns: whether it was there.
    mutating func delete(_ account: PublicKey, keepsCopy: Bool) throws(AccountStoreError) -> Bool {
        guard entries[account] != nil else { return false }
        if case .cache = policy {
            try drop(account, keepsCopy: false)
        } else {
            try drop(account, keepsCopy: keepsCopy)
        }
        return true
    }

    /// Lets go of what a cache may not keep any longer.
    ///
    /// - Returns: the accounts that went.
    mutating func sweep(now: Int64) throws(AccountStoreError) -> [PublicKey] {
        guard case .cache = policy else { return [] }
        let over = entries.filter { isOver($0.value, now: now) }.keys.sorted()
        for account in over { try drop(account, keepsCopy: false) }
        return over
    }

    // MARK: Settings

    /// The settings of every account that has any; what cannot be read is told and passed over.
    func settings(odd: (String) -> Void) -> [ResolvedSettings] {
        guard let accounts = try? folder.accounts(.settings) else { return [] }
        return accounts.sorted().compactMap { account in
            guard let token = try? folder.read(account, .settings), let settings = try? ResolvedSettings(token: token),
                settings.account == account
            else {
                odd("the settings of \(account.text) cannot be read")
                return nil
            }
            return settings
        }
    }

    /// Keeps the settings of an account, whatever was there before.
    func save(_ settings: ResolvedSettings) throws(AccountStoreError) {
        try folder.write(settings.token, of: settings.account, .settings)
    }

    // MARK: What is known

    private func entry(for token: String, of account: PublicKey, now: Int64) -> Entry? {
        guard let decoded = try? Token.decode(token), case .account(let claims) = decoded.claims,
            claims.subject == account.text
        else { return nil }
        return Entry(
            version: decoded.version, issuedAt: claims.issuedAt, expires: claims.expires, lastUse: now, turn: turn)
    }

    private func isOver(_ entry: Entry, now: Int64) -> Bool {
        guard case .cache(limit: _, let lifetime) = policy else { return false }
        if entry.expires != 0, now > entry.expires { return true }
        guard let lifetime else { return false }
        let (end, overflow) = entry.lastUse.addingReportingOverflow(lifetime)
        return !overflow && now > end
    }

    private mutating func note(_ entry: Entry, of account: PublicKey) {
        if let known = entries[account] { digest.toggle(known.version) }
        turn &+= 1
        var entry = entry
        entry.turn = turn
        entries[account] = entry
        digest.toggle(entry.version)
    }

    private mutating func forget(_ account: PublicKey) {
        guard let known = entries.removeValue(forKey: account) else { return }
        digest.toggle(known.version)
    }

    private mutating func drop(_ account: PublicKey, keepsCopy: Bool) throws(AccountStoreError) {
        _ = try folder.remove(account, keepsCopy: keepsCopy)
        forget(account)
    }

    /// Takes out of a cache what was not used for the longest time, until the limit is kept.
    private mutating func makeRoom() throws(AccountStoreError) {
        guard case .cache(let limit, lifetime: _) = policy, entries.count > limit else { return }
        // Sorted once: a folder that was filled under a larger limit is brought down in one go.
        let oldest = entries.sorted { $0.value.turn < $1.value.turn }.prefix(entries.count - max(limit, 1))
        for (account, _) in oldest { try drop(account, keepsCopy: false) }
    }
}

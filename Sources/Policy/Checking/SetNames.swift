/// The accounts of a set by their names and files, as its first file has them.
struct SetNames {
    let entries: [String: PolicyManifest.Account]
    let entriesByFile: [String: PolicyManifest.Account]
    /// Those that have a file.
    let accounts: [String: PolicySet.Account]

    init(_ manifest: PolicyManifest, _ accounts: [PolicySet.Account]) {
        entries = Dictionary(manifest.accounts.map { ($0.name.value, $0) }, uniquingKeysWith: { first, _ in first })
        entriesByFile = Dictionary(
            manifest.accounts.compactMap { entry in entry.file.map { ($0.value, entry) } },
            uniquingKeysWith: { first, _ in first })
        self.accounts = Dictionary(
            accounts.map { ($0.policy.account.value, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

import Administration
import ArgumentParser
import Claims

/// `chancery status`
struct StatusCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what there is and whether it is in order.",
        discussion: """
            Exits with 1 if the keyring cannot be opened, or something of the selected operator has expired or cannot be \
            read.
            """)
    static let example = "chancery status --json"

    @OptionGroup var directory: DirectoryOptions

    /// What ends within this many seconds is worth knowing.
    private static let soon: Int64 = 30 * 86_400

    private struct Answer: Encodable {
        /// Where it is, for a service; then there is no folder.
        var service: String?
        var home: String
        var key_file: String
        var bytes: Int64
        var `operator`: String?
        var account: String?
        var operators: Int
        var accounts: Int
        var users: Int
        var tokens: Int
        var seeds: Int
        var seal: String?
        var keyring_fault: String?
        var audit_records: Int
        var expired: Int
        var ending_soon: Int
        var unreadable: Int
    }

    func run() throws {
        let answer = try directory.service.map(answer) ?? answer()
        if directory.json { try JSONOutput.line(answer) } else { show(answer) }
        if answer.keyring_fault != nil || answer.expired > 0 || answer.unreadable > 0 { throw ExitCode(1) }
    }

    private func answer() throws -> Answer {
        let home = try directory.home
        let opened = try directory.open()
        let keyring = try opened.keyringStatus()
        let now = SystemClock.now()
        return try opened.read { reader in
            let counts = try reader.counts()
            let selection = try reader.selection()
            let entry = try? reader.operator(directory.operatorReference)
            let account = try selection.account.flatMap { try reader.accountName($0) }
            let endings = try entry.map { try reader.endings(of: $0, at: now, soon: now + Self.soon) } ?? Endings()
            return Answer(
                home: home.path, key_file: home.keyFilePath, bytes: counts.bytes, operator: entry?.name,
                account: account, operators: counts.operators, accounts: counts.accounts, users: counts.users,
                tokens: counts.tokens, seeds: keyring.seeds, seal: keyring.seal, keyring_fault: keyring.fault,
                audit_records: counts.auditRecords, expired: endings.expired, ending_soon: endings.endingSoon,
                unreadable: endings.unreadable)
        }
    }

    private func answer(_ service: RemoteService) throws -> Answer {
        let owner = try? service.operatorName(directory.operatorReference)
        let status = try service.get("/v1/status", owner.map { [("operator", $0)] } ?? [])
        func count(_ name: String) -> Int { Int(clamping: status[name]?.integer ?? 0) }
        return Answer(
            service: service.address.url, home: "", key_file: "", bytes: status["bytes"]?.integer ?? 0,
            operator: owner, account: service.address.selected.account?.text, operators: count("operators"),
            accounts: count("accounts"), users: count("users"), tokens: count("tokens"), seeds: count("seeds"),
            seal: status["seal"]?.text, keyring_fault: status["keyring_fault"]?.text,
            audit_records: count("audit_records"), expired: count("expired"), ending_soon: count("ending_soon"),
            unreadable: count("unreadable"))
    }

    private func show(_ answer: Answer) {
        var table = Table(title: "Status")
        table.add(answer.service == nil ? "Folder" : "Service", answer.service ?? answer.home)
        table.add("Size", TextForms.size(answer.bytes))
        table.add("Operator", answer.operator ?? "(none)")
        table.add("Account", answer.account ?? "(none)")
        table.addLine()
        table.add("Operators", String(answer.operators))
        table.add("Accounts", String(answer.accounts))
        table.add("Users", String(answer.users))
        table.add("Tokens in the History", String(answer.tokens))
        table.add("Audit Records", String(answer.audit_records))
        table.addLine()
        table.add("Seeds", String(answer.seeds))
        table.add("Keyring Sealed With", answer.seal ?? "nothing: it is empty")
        if answer.seal == "key file", answer.service == nil { table.add("Key File", answer.key_file) }
        table.add("Keyring", answer.keyring_fault ?? "in order")
        table.addLine()
        table.add("Expired", String(answer.expired))
        table.add("Ending Within 30 Days", String(answer.ending_soon))
        if answer.unreadable > 0 { table.add("Unreadable", String(answer.unreadable)) }
        Console.data(table.text(width: Console.width))
        if answer.unreadable > 0 {
            Console.say("see which tokens cannot be read with \"chancery validate --all-accounts\"")
        }
        if answer.expired + answer.ending_soon > 0 { Console.say("see which with \"chancery expirations --skip\"") }
    }
}

import AdminAPI
import Administration
import ArgumentParser
import Claims
import NKeys

/// `chancery validate`
struct ValidateCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check tokens: their rules, their times, and who signed them.",
        discussion: """
            Exits with 1 if anything would be refused by a server, an expired token included.
            """)
    static let example = "chancery validate --all-accounts"

    @Flag(name: [.customShort("A"), .long], help: "Check every account of the operator.")
    var allAccounts = false
    @Option(name: .shortAndLong, text: "Check the token in this file instead.", as: "file")
    var file: String?
    @OptionGroup var place: PlaceOptions

    private struct Listed: Encodable {
        var kind: String
        var name: String
        var public_key: String
        var level: String
        var claim: String?
        var message: String
    }

    func run() throws {
        let listed: [Listed]
        if file == nil, let service = try place.directory.service {
            listed = try findings(service)
        } else {
            let findings = try file.map { try self.findings(inFile: $0) } ?? findingsInDirectory()
            listed = findings.map { finding in
                Listed(
                    kind: finding.kind, name: finding.name, public_key: finding.publicKey,
                    level: finding.level.rawValue, claim: finding.path.isEmpty ? nil : finding.path,
                    message: finding.text)
            }
        }
        if place.directory.json { try listed.forEach { try JSONOutput.line($0) } } else { show(listed) }
        if listed.contains(where: { $0.level != ValidationIssue.Level.warning.rawValue }) { throw ExitCode(1) }
    }

    private func findings(inFile path: String) throws -> [Finding] {
        let token = try Token.decodeAny(TokenFile.token(path))
        let findings = DirectoryReader.findings(token.claims.value, at: SystemClock.now())
        do throws(AdministrationError) {
            guard let pair = try TokenFile.userPair(path) else { return findings }
            return findings + DirectoryReader.findings(token.claims.value, withSeedOf: pair.publicKey)
        } catch {
            return findings + [DirectoryReader.finding(token.claims.value, error.message)]
        }
    }

    private func findingsInDirectory() throws -> [Finding] {
        try place.directory.open().read { reader in
            let entry = try reader.operator(at: place.place)
            let accounts = try allAccounts ? reader.accounts(of: entry) : [reader.account(at: place.place)]
            return try reader.findings(for: entry, accounts: accounts, at: SystemClock.now())
        }
    }

    private func findings(_ service: RemoteService) throws -> [Listed] {
        let owner = try service.operatorName(place.place.operator)
        let account = allAccounts ? nil : try service.account(at: place.place).name
        let path = ServicePath.operator(owner) + "/findings"
        let found = try service.get(path, account.map { [("account", $0)] } ?? [])
        return (found["items"]?.elements ?? []).map { json in
            Listed(
                kind: json["kind"]?.text ?? "", name: json["name"]?.text ?? "",
                public_key: json["public_key"]?.text ?? "", level: json["level"]?.text ?? "",
                claim: json["claim"]?.text, message: json["message"]?.text ?? "")
        }
    }

    private func show(_ findings: [Listed]) {
        guard !findings.isEmpty else { return Console.say("everything is valid") }
        var table = Table(header: ["What", "Name", "Level", "Claim", "Message"])
        for finding in findings {
            table.add(finding.kind, finding.name, finding.level, finding.claim ?? "", finding.message)
        }
        Console.data(table.text(width: Console.width))
    }
}

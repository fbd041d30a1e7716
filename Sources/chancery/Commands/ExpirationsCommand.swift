import Administration
import ArgumentParser

/// `chancery expirations`
struct ExpirationsCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "expirations", abstract: "Show when operators, accounts, users and activations cease to count.")
    static let example = "chancery expirations --within 1M --skip"

    @Option(
        name: [.customShort("e"), .long],
        help: ArgumentHelp("What ends until then is marked; by default within a month.", valueName: "time"),
        transform: ValueForms.time)
    var within: Int64?
    @Flag(help: "Leave out what does not end until then.")
    var skip = false
    @OptionGroup var directory: DirectoryOptions

    private struct Listed: Encodable {
        var kind: String
        var name: String
        var public_key: String
        var expires: Int64?
        var expires_time: String?
        var state: String
    }

    func run() throws {
        let now = SystemClock.now()
        let limit = try within ?? ValueForms.time("1M")
        let expirations = try directory.open().read { reader in
            let reference = directory.operatorReference
            return try reader.expirations(of: reference.map { [try reader.operator($0)] } ?? reader.operators())
        }
        let listed = expirations.map { expiration in
            Listed(
                kind: expiration.kind, name: expiration.path, public_key: expiration.publicKey,
                expires: expiration.expires, expires_time: expiration.expires.map { CivilDate.text(unixSeconds: $0) },
                state: Self.state(of: expiration, now, limit))
        }.filter { !skip || $0.state == "expired" || $0.state == "ends soon" }
        if directory.json { return try listed.forEach { try JSONOutput.line($0) } }
        var table = Table(header: ["What", "Name", "Ends", "State"])
        for entry in listed { table.add(entry.kind, entry.name, entry.expires_time ?? "never", entry.state) }
        Console.data(table.text(width: Console.width))
    }

    private static func state(of expiration: Expiration, _ now: Int64, _ limit: Int64) -> String {
        guard let expires = expiration.expires else { return "never ends" }
        if expiration.isExpired(at: now) { return "expired" }
        return expires <= limit ? "ends soon" : "valid"
    }
}

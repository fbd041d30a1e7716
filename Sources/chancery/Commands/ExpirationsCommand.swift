import AdminAPI
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

    func run() throws {
        let listed = try directory.service.map { try answers($0) } ?? answers()
        if directory.json { return try listed.forEach { try JSONOutput.line($0) } }
        var table = Table(header: ["What", "Name", "Ends", "State"])
        for entry in listed { table.add(entry.kind, entry.name, entry.expires_time ?? "never", entry.state) }
        Console.data(table.text(width: Console.width))
    }

    /// What ends until then is near.
    private var limit: Int64 { get throws { try within ?? ValueForms.time("1M") } }

    private func answers() throws -> [ExpirationAnswer] {
        let (now, limit) = (SystemClock.now(), try limit)
        let expirations = try directory.open().read { reader in
            let reference = directory.operatorReference
            return try reader.expirations(of: reference.map { [try reader.operator($0)] } ?? reader.operators())
        }
        return expirations.map { ExpirationAnswer($0, now: now, soon: limit) }.filter { !skip || $0.isNear }
    }

    private func answers(_ service: RemoteService) throws -> [ExpirationAnswer] {
        var query = [("within", String(max(0, try limit - SystemClock.now())))]
        if skip { query.append(("skip", "true")) }
        if let named = directory.operatorReference {
            _ = try service.get(ServicePath.operator(named.text))
            query.append(("operator", named.text))
        }
        return try service.list("/v1/expirations", query).map { try $0.decoded() }
    }
}

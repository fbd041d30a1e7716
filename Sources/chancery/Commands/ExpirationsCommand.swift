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
        let now = SystemClock.now()
        let limit = try within ?? ValueForms.time("1M")
        let expirations = try directory.open().read { reader in
            let reference = directory.operatorReference
            return try reader.expirations(of: reference.map { [try reader.operator($0)] } ?? reader.operators())
        }
        let listed = expirations.map { ExpirationAnswer($0, now: now, soon: limit) }.filter { !skip || $0.isNear }
        if directory.json { return try listed.forEach { try JSONOutput.line($0) } }
        var table = Table(header: ["What", "Name", "Ends", "State"])
        for entry in listed { table.add(entry.kind, entry.name, entry.expires_time ?? "never", entry.state) }
        Console.data(table.text(width: Console.width))
    }
}

import Administration
import Claims

/// What a change did: in words for a person, or as one JSON object.
enum ChangeOutput {
    /// The JSON shape of every command that changes something.
    private struct Answer: Encodable {
        struct Item: Encodable {
            var action: String
            var kind: String
            var name: String
            var public_key: String?
            var version: String?
            var issued_at: Int64?
        }

        var changes: [Item]
        var warnings: [String]
        var dry_run: Bool
    }

    static func show(_ report: ChangeReport, asJSON: Bool, dryRun: Bool = false) throws {
        if asJSON {
            let items = report.items.map { item in
                Answer.Item(
                    action: item.action.rawValue, kind: item.kind, name: item.name, public_key: item.publicKey,
                    version: item.version?.hex, issued_at: item.issuedAt)
            }
            return try JSONOutput.line(Answer(changes: items, warnings: report.warnings, dry_run: dryRun))
        }
        for item in report.items {
            let key = item.publicKey.map { $0 == item.name ? "" : " (\($0))" } ?? ""
            let verb = dryRun ? "would be \(item.action.rawValue)" : item.action.rawValue
            let name = item.name.isEmpty ? "" : " \"\(item.name)\""
            Console.say(
                Console.printable(dryRun ? "\(item.kind)\(name)\(key) \(verb)" : "\(verb) \(item.kind)\(name)\(key)"))
        }
        report.warnings.forEach(Console.warn)
    }
}

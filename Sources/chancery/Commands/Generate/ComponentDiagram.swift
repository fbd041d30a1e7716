import Administration
import Claims

/// Accounts as components: exports are their interfaces, and imports lead to these.
struct ComponentDiagram {
    private(set) var lines: [String]
    private let isDetailed: Bool
    /// The interface of each export of a known account.
    private var interfaces: [(account: String, export: Export, name: String)] = []

    init(_ drawn: DrawnOperator, isDetailed: Bool) {
        self.isDetailed = isDetailed
        lines = ["title \(PlantText.plain("Component diagram of the operator \(drawn.name)"))", ""]
        for (index, account) in drawn.accounts.enumerated() { add(account, "A\(index)") }
        for (index, account) in drawn.accounts.enumerated() { addImports(of: account, "A\(index)") }
    }

    private mutating func add(_ account: DrawnOperator.Account, _ name: String) {
        let claims = account.claims
        lines.append("component [\(PlantText.plain(account.name))] as \(name)")
        if isDetailed, !claims.description.isEmpty {
            lines.append("note left of \(name): \(PlantText.plain(claims.description))")
        }
        for (index, export) in claims.exports.enumerated() {
            let interface = "\(name)E\(index)"
            interfaces.append((claims.subject, export, interface))
            lines.append("interface \(PlantText.quoted(label(of: export))) as \(interface)")
            lines.append("\(name) -- \(interface)")
        }
        lines.append("")
    }

    private func label(of export: Export) -> String {
        let kind = "\(export.tokenRequired ? "private" : "public") \(export.type.name)"
        guard isDetailed else { return export.name.isEmpty ? export.subject : export.name }
        return "\(export.name)\\n\(kind) \(export.subject)"
    }

    private mutating func addImports(of account: DrawnOperator.Account, _ name: String) {
        for (index, element) in account.claims.imports.enumerated() {
            let source = interfaces.first { interface in
                interface.account == element.account && interface.export.type == element.type
                    && SubjectCover.contains(interface.export.subject, element.subject)
            }
            let label = isDetailed ? " : \(PlantText.plain("\(element.type.name) \(element.subject)"))" : ""
            if let source {
                lines.append("\(name) ..> \(source.name)\(label)")
            } else {
                let foreign = "\(name)I\(index)"
                lines.append("interface \(PlantText.quoted("\(element.account)\\n\(element.subject)")) as \(foreign)")
                lines.append("\(name) ..> \(foreign)\(label)")
            }
        }
    }
}

/// Texts of a PlantUML diagram.
enum PlantText {
    /// The text on one line, without signs that end a name.
    static func plain(_ text: String) -> String {
        Console.printable(text).map { character in
            switch character {
            case "\n", "\t", "[", "]": " "
            default: String(character)
            }
        }.joined()
    }

    /// The text in quotes.
    static func quoted(_ text: String) -> String {
        "\"" + plain(text).replacing("\"", with: "'") + "\""
    }
}

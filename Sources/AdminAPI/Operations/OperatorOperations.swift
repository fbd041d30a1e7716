import Administration
import Claims

/// Operators.
enum OperatorOperations {
    static let all = [list, get]

    private static let list = Operation(
        id: "operators.list", method: .get, path: PathTemplate("/v1/operators"),
        summary: "The operators that one may see.", requirement: .signedIn, query: Page.parameters,
        success: (200, .page(of: .component("Operator"))),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            let seen = try reader.operators().filter { exchange.may(.view, on: .operator($0.publicKey)) }
            let rest = seen.filter { page.after.utf8.lexicographicallyPrecedes($0.name.utf8) }
            return try page.answer(Array(rest.prefix(page.limit + 1)), exchange, name: \.name) { try $0.json() }
        })

    private static let get = Operation(
        id: "operators.get", method: .get, path: PathTemplate("/v1/operators/{operator}"), summary: "An operator.",
        requirement: .may(.view, .operator), success: (200, .component("Operator")),
        state: { exchange, reader in
            Operation.State(exists: true, tag: try exchange.operatorEntry(reader).version)
        },
        handler: .read { exchange, reader in
            let entry = try exchange.operatorEntry(reader)
            return Answer(try entry.json(), tag: entry.version)
        })
}

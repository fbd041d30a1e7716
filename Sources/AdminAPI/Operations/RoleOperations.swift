import Administration
import Claims

/// Roles: scoped signing keys.
enum RoleOperations {
    static let all = [list, get, put, delete]

    private static let path = Catalogue.account + "/roles/{role}"

    private static func scope(_ exchange: Exchange, _ reader: DirectoryReader) throws -> UserScope? {
        let name = try exchange.reference("role").text
        return try exchange.accountEntry(reader).claims().signingKeys.compactMap(\.scope).first {
            $0.role.isExactly(name) || $0.key == name
        }
    }

    @Sendable private static func state(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Operation.State {
        Operation.State(
            exists: try scope(exchange, reader) != nil, tag: try exchange.accountEntry(reader).version)
    }

    private static let list = Operation(
        id: "roles.list", method: .get, path: PathTemplate(Catalogue.account + "/roles"),
        summary: "The roles of an account, by name.", requirement: .may(.view, .account), query: Page.parameters,
        success: (200, .page(of: .component("Role"))),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            let roles = try exchange.accountEntry(reader).claims().signingKeys.compactMap(\.scope)
                .filter { page.after.utf8.lexicographicallyPrecedes($0.role.utf8) }
                .sorted { $0.role.utf8.lexicographicallyPrecedes($1.role.utf8) }
            return page.answer(Array(roles.prefix(page.limit + 1)), exchange, name: \.role, json: \.json)
        })

    private static let get = Operation(
        id: "roles.get", method: .get, path: PathTemplate(path), summary: "A role.", requirement: .may(.view, .role),
        success: (200, .component("Role")), state: state, isRemembered: true,
        handler: .read { exchange, reader in
            guard let scope = try scope(exchange, reader) else { throw Problem.notFound }
            return Answer(scope.json, tag: try exchange.accountEntry(reader).version)
        })

    private static let put = Operation(
        id: "roles.put", method: .put, path: PathTemplate(path),
        summary: "Make a role, or replace what it allows: at once for every user that has it.",
        requirement: .may(.configure, .account), request: .component("Role"), success: (200, .component("Role")),
        otherSuccess: 201, state: state,
        handler: .change { exchange, change in
            let entry = try exchange.accountEntry(change.reader)
            let known = try scope(exchange, change.reader)
            var role = WholeRole(name: try known?.role ?? exchange.reference("role").text)
            role.description = exchange.body["description"]?.text ?? ""
            role.template = UserPermissionLimits(exchange.body["template"] ?? .null)
            try exchange.checkCeiling(role.template, at: "/template")
            try change.setRole(role, in: entry)
            var answer = try AccountOperations.answer(exchange, change, status: known == nil ? 201 : 200) { _ in
                guard let scope = try scope(exchange, change.reader) else { throw Problem.notFound }
                return scope.json
            }
            if known == nil { answer.location = exchange.target.split(separator: "?").first.map(String.init) }
            return answer
        })

    private static let delete = Operation(
        id: "roles.delete", method: .delete, path: PathTemplate(path),
        summary: "Take a role away: its users can sign in no more.", requirement: .may(.configure, .account),
        success: (200, .component("Done")), state: state,
        handler: .change { exchange, change in
            guard let scope = try scope(exchange, change.reader) else { throw Problem.notFound }
            let entry = try exchange.accountEntry(change.reader)
            try change.deleteRole(scope.role, in: entry)
            var answer = Answer.deleted
            answer.accounts = [entry.publicKey]
            answer.cuts = [ConnectionCut(entry.publicKey)]
            return answer
        })
}

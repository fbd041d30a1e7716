import Administration

/// Who may do what, as the documentation shows it: made from the operations and the roles.
public enum RoleTable {
    /// `docs/api-roles.md`.
    public static var markdown: String {
        let roles = AccessRole.allCases
        var lines = [
            "# Who may do what through the API", "",
            "Made from the operations themselves by `chancery serve --describe roles`; a test compares. **own** means: "
                + "where the role's grant reaches, which is an operator, an account, or one role of an account; what is about an "
                + "operator or the service is out of reach of a grant for an account. What lies "
                + "elsewhere is refused in the same words whether it is there or not.", "",
            "| operation | request | requires | " + roles.map(\.rawValue).joined(separator: " | ") + " |",
            "|---|---|---|" + roles.map { _ in "---|" }.joined(),
        ]
        for operation in Catalogue.all {
            let cells = roles.map { cell(operation.requirement, $0) }.joined(separator: " | ")
            lines.append(
                "| `\(operation.id)` | `\(operation.method.rawValue) \(operation.path.text)` | "
                    + "\(words(operation.requirement)) | \(cells) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func words(_ requirement: Operation.Requirement) -> String {
        switch requirement {
        case .open: "nothing"
        case .signedIn: "to be signed in"
        case .may(let action, let object): "\(action.rawValue) \(object == .system ? "the service" : object.rawValue)"
        }
    }

    /// Whether a role allows an operation: everywhere, where its grant reaches, or nowhere.
    static func cell(_ requirement: Operation.Requirement, _ role: AccessRole) -> String {
        switch requirement {
        case .open: return "yes"
        case .signedIn: return role == .systemAdmin ? "yes" : "own"
        case .may(let action, let object):
            guard role.actions.contains(action) else { return "no" }
            if role == .systemAdmin { return "yes" }
            switch object {
            case .system, .operator: return role.needsAccount ? "no" : "own"
            case .account: return role == .issuer ? "no" : "own"
            case .role, .user: return "own"
            }
        }
    }
}

/// The descriptions that the program can print.
public enum ServiceDescription {
    /// The OpenAPI document in one line.
    public static var openAPI: String { OpenAPIDocument.text }
}

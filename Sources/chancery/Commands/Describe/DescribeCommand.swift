import Administration
import ArgumentParser
import Claims
import NKeys
import Secrets

/// `chancery describe …`
struct DescribeCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Show an operator, account, user or any token.",
        subcommands: [
            DescribeOperatorCommand.self, DescribeAccountCommand.self, DescribeUserCommand.self,
            DescribeTokenCommand.self,
        ])
    static let example = "chancery describe account SALES --field nats.limits.conn"
}

/// How a token is shown.
struct DescribeOptions: ParsableArguments {
    @Flag(name: [.customShort("R"), .long], help: "Show the token itself.")
    var raw = false

    @Option(
        name: [.customShort("F"), .long],
        help: ArgumentHelp(
            "Show one field in JSON, such as sub, nats.exports[0] or nats.mappings.\"a.b\".", valueName: "path"))
    var field: String?

    @Flag(name: [.customShort("W"), .long], help: "Accepted for scripts written for nsc: keys are always whole.")
    var longIds = false

    @Option(name: .shortAndLong, text: "Write to this file.", as: "file")
    var outputFile: String?

    func validate() throws {
        if raw, field != nil { throw ValidationError("--raw and --field exclude each other.") }
    }

    /// Shows a token in the form that was asked for: a table, unless something else was said.
    ///
    /// - Parameter name: finds the name of an account by its public key, for the table.
    func show(_ token: Token, asJSON: Bool, name: @escaping (String) -> String?) throws {
        try write(text(of: token, asJSON: asJSON, name: name))
    }

    private func text(of token: Token, asJSON: Bool, name: @escaping (String) -> String?) throws -> String {
        if raw {
            // A file gets the form that NATS tools exchange.
            return outputFile == nil
                ? token.text
                : Credentials.decoratedText(jwt: token.text, typeName: token.claims.kind.rawValue)
        }
        // As it is, not as it would be written again: a path in a message must lead to what it names.
        let body = ClaimsText(token.payloadText)
        if let field {
            guard let value = body.field(field) else {
                throw AdministrationError(
                    .notFound, "the token has no field \"\(field)\"", remedy: "see all of them with --json")
            }
            return ClaimsText(value).indented
        }
        if asJSON { return body.indented }
        return ClaimsTables(token, accountName: name).text(width: outputFile == nil ? Console.width : nil)
    }

    private func write(_ text: String) throws {
        guard let outputFile else { return Console.data(text) }
        let ending = text.hasSuffix("\n") ? "" : "\n"
        try PrivateFile.write(Secret(copying: Array((text + ending).utf8)), to: outputFile)
    }
}

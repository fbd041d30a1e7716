import ArgumentParser
import Policy

/// `chancery policy schema`
struct PolicySchemaCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print a JSON Schema of policy files, for editors.",
        discussion: """
            Editors that know YAML complete keys with it, say what each means, and mark what is wrong while one writes. Save \
            it, and put "# yaml-language-server: $schema=FILE" on a policy's first line.
            """)
    static let example = "chancery policy schema > policy.schema.json"

    func run() { Console.data(PolicySchema.text) }
}

import Administration
import ArgumentParser

/// `chancery add operator`
struct AddOperatorCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Add an operator and select it.")
    static let example = "chancery add operator --name ACME --sys --generate-signing-key"

    @OptionGroup var name: NameOptions
    @Flag(name: .shortAndLong, help: "Also make a system account SYS with a user sys.")
    var sys = false
    @Flag(help: "Also make a signing key, and one for the system account.")
    var generateSigningKey = false
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        var new = NewOperator(name: try name.required())
        new.withSystemAccount = sys
        new.withSigningKey = generateSigningKey
        new.validity = validity.validity
        try directory.change("add operator", creating: true) { try $0.addOperator(new) }
    }
}

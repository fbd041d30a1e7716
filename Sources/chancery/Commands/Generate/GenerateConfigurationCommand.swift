import Administration
import ArgumentParser
import Secrets

/// `chancery generate config`
struct GenerateConfigurationCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Generate the part of a server's configuration that says whom to trust.")
    static let example = "chancery generate config --mem-resolver --config-file resolver.conf"

    @Flag(help: "Every account stands in the configuration.")
    var memResolver = false
    @Flag(help: "The server keeps every account in a folder; push them to it.")
    var natsResolver = false
    @Flag(help: "The server keeps the accounts in use in a folder.")
    var natsResolverCache = false
    @Option(text: "The system account, where it is not the operator's own.", as: "account") var sysAccount: String?
    @Option(text: "Write to this file.", as: "file") var configFile: String?
    @Flag(name: [.customShort("F"), .long], help: "Replace the file if it is there.")
    var force = false
    @OptionGroup var directory: DirectoryOptions

    private struct Answer: Encodable {
        var config: String
    }

    private var resolver: ResolverConfiguration.Resolver {
        get throws {
            let chosen: [(Bool, ResolverConfiguration.Resolver)] = [
                (memResolver, .memory), (natsResolver, .full), (natsResolverCache, .cache),
            ]
            let resolvers = chosen.filter(\.0).map(\.1)
            guard resolvers.count == 1 else {
                throw ValidationError("Say one of --mem-resolver, --nats-resolver and --nats-resolver-cache.")
            }
            return resolvers[0]
        }
    }

    func run() throws {
        let resolver = try resolver
        if let configFile, !force, PrivateFile.exists(configFile) {
            throw AdministrationError(
                .alreadyExists, "\(configFile) exists already",
                remedy: "replace it with --force, or choose another name")
        }
        let system = sysAccount.map { EntityReference($0) }
        let text =
            if let service = try directory.service {
                try service.configuration(resolver, of: directory.operatorReference, systemAccount: system)
            } else {
                try directory.open().read { reader in
                    try ResolverConfiguration(
                        resolver, at: directory.operatorReference, systemAccount: system, reader
                    ).text
                }
            }
        if let configFile {
            try PrivateFile.write(Secret(copying: Array(text.utf8)), to: configFile, replacing: force)
            if !directory.json { return Console.say("wrote the configuration to \(configFile)") }
        }
        if directory.json { return try JSONOutput.line(Answer(config: text)) }
        Console.raw(text)
    }
}

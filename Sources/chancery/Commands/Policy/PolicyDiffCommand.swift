import AdminAPI
import Administration
import ArgumentParser
import Claims
import Policy

/// `chancery policy diff`
struct PolicyDiffCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what two sets of policies allow differently.",
        discussion: """
            Compares two folders, two environments of one, or a folder with what is in force. Each set that is gained or \
            lost has at most two lines, and a subject that lies in it. An account that only the old set has would be let \
            go, and stay as it is. Exits with 1 if anything differs.
            """)
    static let example = """
        chancery policy diff policies/plant --env staging --env prod
        chancery policy diff policies/old policies/new --env prod
        chancery policy diff policies/plant --env prod --in-force
        """

    @Argument(help: ArgumentHelp("One or two folders with chancery.yaml.", valueName: "folder")) var folders: [String] =
        []
    @Option(
        name: [.customLong("env"), .customLong("environment")],
        help: ArgumentHelp("An environment; two to compare them.", valueName: "name"))
    var environments: [String] = []
    @Flag(help: "Compare what is in force in the directory to the folder.") var inForce = false
    @OptionGroup var directory: DirectoryOptions

    func validate() throws {
        guard folders.count <= 2, environments.count <= 2 else {
            throw ValidationError("At most two folders and two environments can be compared.")
        }
        let pairs = [folders.count == 2, environments.count == 2, inForce].count { $0 }
        guard pairs == 1 else {
            throw ValidationError("Name two folders, two environments (--env A --env B), or one set and --in-force.")
        }
    }

    func run() throws {
        guard let changes = try inForce ? directory.service.map({ try ask($0) }) ?? compare() : compare() else {
            return
        }
        if directory.json {
            try PolicyPlanOutput.showJSON(changes)
        } else if changes.isEmpty {
            Console.say("no difference in access")
        } else {
            PolicyPlanOutput.show(changes, title: nil)
        }
        if !changes.isEmpty { throw ExitCode(1) }
    }

    /// Nil after the problems of the files were shown.
    private func compare() throws -> [ChangeAnswer]? {
        guard let sides = try sides() else { return nil }
        let changes = try PolicyChoice.differences(from: sides.old, to: sides.new, of: sides.set) + sides.governing
        return changes.map { ChangeAnswer($0) }
    }

    private func ask(_ service: RemoteService) throws -> [ChangeAnswer]? {
        guard let set = try set(folders.first ?? ".", environments.last) else { return nil }
        let path = try service.policies(of: set, directory.operatorReference)
        let answer = try service.post(path + ":diff", ServiceBodies.comparison(with: set.texts))
        return try (answer["items"]?.elements ?? []).map { try $0.decoded() }
    }

    private typealias Side = [String: AccountAccess]

    private func sides() throws -> (old: Side, new: Side, set: PolicySet, governing: [AccessChange])? {
        let first = folders.first ?? "."
        guard inForce else {
            guard let old = try set(first, environments.first),
                let new = try set(folders.last ?? ".", environments.last)
            else { return nil }
            return (try old.access(), try new.access(), new, [])
        }
        guard let set = try set(first, environments.last) else { return nil }
        let place = Place(operator: directory.operatorReference)
        let (old, released, governing) = try directory.open().read {
            (
                try $0.accountAccess(at: place), try $0.accountsReleased(by: set, at: place),
                try $0.governingChanges(by: set, at: place)
            )
        }
        let new = try set.access(keeping: old)
        return (old.filter { new[$0.key] != nil || released.contains($0.key) }, new, set, governing)
    }

    private func set(_ path: String, _ environment: String?) throws -> PolicySet? {
        var folder = PolicyFolder()
        (folder.folder, folder.environment) = (path, environment)
        return try folder.readOne(json: directory.json)
    }
}

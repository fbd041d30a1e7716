import Administration
import ArgumentParser
import Messaging
import NKeys

/// `chancery push`
struct PushCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Bring accounts to the servers, and wait until each of them has answered.",
        discussion: """
            A token that is older than the one the servers have is not sent without --force. The settings of accounts \
            (replies: own) go along, to brokers that take some.
            """)
    static let example = "chancery push --all --account-jwt-server-url nats://127.0.0.1:4222"

    @Flag(name: [.customShort("A"), .long], help: "Push every account of the operator.")
    var all = false
    @Flag(name: [.customShort("D"), .long], help: "Only show how the accounts here and on the servers differ.")
    var diff = false
    @Flag(
        name: [.customShort("P"), .long],
        help: "Delete accounts on the servers that are not in the directory; push others only with --all or --account.")
    var prune = false
    @Option(
        name: [.customShort("R"), .long],
        help: ArgumentHelp("Delete this account on the servers, by name or public key.", valueName: "account"))
    var accountRemoval: String?
    @Flag(name: [.customShort("F"), .long], help: "Push even what servers would refuse, and what is older there.")
    var force = false
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var system: SystemOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if all, place.account != nil { throw ValidationError("--all and --account exclude each other.") }
        let modes = [diff, prune, accountRemoval != nil].count { $0 }
        guard modes <= 1 else { throw ValidationError("--diff, --prune and --account-removal exclude each other.") }
        guard accountRemoval == nil || !all && place.account == nil else {
            throw ValidationError("--account-removal deletes, and pushes nothing.")
        }
    }

    /// What this command deals with.
    private struct Task {
        var entry: OperatorEntry
        /// Every account of the operator.
        var known: [AccountEntry]
        /// What is pushed.
        var accounts: [AccountEntry]
    }

    func run() async throws {
        let directory = try place.directory.open()
        // Who signs in has a token, which is recorded: better now than when the servers have answered.
        try directory.checkWritable()
        let task = try directory.read(task)
        if let server = try system.accountServer(of: task.entry) { return try await push(task, directory, server) }
        let deletes = prune || accountRemoval != nil
        let purpose: SystemPurpose = diff || dryRun.dryRun ? .reading : deletes ? .deleting : .pushing
        let output = PushOutput(isJSON: place.directory.json)
        let outcomes = try await system.withConnection(directory, of: place.place, for: purpose) { connection in
            if diff {
                try await showDifferences(task, connection, output)
                return [PushOutcome]()
            }
            var outcomes = try await push(task, directory, connection, output)
            if deletes { outcomes += try await delete(task, directory, connection, output) }
            return outcomes
        }
        if let failure = AdministrationError(failed: outcomes) { throw failure }
    }

    private func task(_ reader: DirectoryReader) throws -> Task {
        let entry = try reader.operator(at: place.place)
        let known = try reader.accounts(of: entry)
        let pushesNothing = accountRemoval != nil || (prune && !all && place.account == nil)
        let accounts = try pushesNothing ? [] : all || diff ? known : [reader.account(at: place.place)]
        // What an operator that is run elsewhere has not signed yet is pushed to it for that.
        if !force, !diff, !entry.isManaged { try reader.checkBeforePush(accounts, of: entry, at: SystemClock.now()) }
        return Task(entry: entry, known: known, accounts: accounts)
    }

    private func push(
        _ task: Task, _ directory: Directory, _ connection: SystemConnection, _ output: PushOutput
    ) async throws -> [PushOutcome] {
        let there =
            force && !dryRun.dryRun ? nil : try await connection.tokens(of: task.accounts.map(\.publicKey))
        if dryRun.dryRun {
            for account in task.accounts {
                try output.show(account, .of(account, there: there?[account.publicKey]))
            }
            return []
        }
        try await connection.push(directory.settings(of: task.accounts), remedy: "see the server's log, and push again")
        var count = 0
        let outcomes = try await connection.push(task.accounts, unlessOlderThan: there, isForced: force) { outcome in
            count += 1
            Progress.shared.update("chancery push: \(count) of \(task.accounts.count) accounts")
            try output.show(outcome, verb: "pushed", "to")
        }
        try directory.change("push") { try $0.noteDeliveries(outcomes) }
        return outcomes
    }

    /// Pushes to an account server, which takes accounts one by one and can do nothing else.
    private func push(_ task: Task, _ directory: Directory, _ server: AccountServer) async throws {
        guard !diff, !prune, accountRemoval == nil else {
            throw AdministrationError(
                .refused, "an account server takes and gives accounts, and neither lists nor deletes them",
                remedy: "leave --diff, --prune and --account-removal out")
        }
        let exchange = AccountServerExchange(
            server: server, directory: directory, entry: task.entry,
            output: PushOutput(isJSON: place.directory.json), dryRun: dryRun.dryRun)
        try await exchange.push(task.accounts)
    }

    /// What the servers have of these accounts.
    private func tokens(
        of accounts: [AccountEntry], _ connection: SystemConnection
    ) async throws -> [PublicKey: String]? {
        guard accounts.count == 1 else { return accounts.isEmpty ? nil : try await connection.tokens() }
        return try await connection.token(of: accounts[0].publicKey).map { [accounts[0].publicKey: $0] }
    }

    private func delete(
        _ task: Task, _ directory: Directory, _ connection: SystemConnection, _ output: PushOutput
    ) async throws -> [PushOutcome] {
        let doomed = try await doomed(task, connection)
        guard !doomed.isEmpty, !dryRun.dryRun else {
            for (name, key) in doomed { try output.show(name, key, "would be deleted") }
            return []
        }
        let request = try directory.change("push: delete accounts on servers") {
            try $0.deletionRequest(doomed.map(\.key), at: place.place)
        }.value
        let outcomes = try await connection.delete(doomed, request: request)
        try directory.change("push: delete accounts on servers") { try $0.noteDeliveries(outcomes) }
        try outcomes.forEach { try output.show($0, verb: "deleted", "on") }
        return outcomes
    }

    /// The accounts that are to be deleted on the servers.
    private func doomed(_ task: Task, _ connection: SystemConnection) async throws -> [(name: String, key: PublicKey)] {
        if let accountRemoval {
            let reference = EntityReference(accountRemoval)
            let entry = task.known.first {
                $0.name.isExactly(reference.text) || $0.publicKey == reference.publicKey
            }
            if let entry {
                return [(entry.name, entry.publicKey)]
            }
            guard let key = reference.publicKey, key.kind == .account else {
                throw AdministrationError(
                    .notFound, "there is no account \"\(reference)\" in the directory",
                    remedy: "give its public key; \"chancery push --diff\" shows what servers have")
            }
            return [(key.text, key)]
        }
        let known = Set(task.known.map(\.publicKey))
        let there = try await connection.accounts().reduce(into: Set<PublicKey>()) { $0.formUnion($1.accounts) }
        return there.subtracting(known).sorted().map { ($0.text, $0) }
    }

    private func showDifferences(
        _ task: Task, _ connection: SystemConnection, _ output: PushOutput
    ) async throws {
        let servers = try await connection.accounts()
        let tokens = try await connection.tokens(of: task.known.map(\.publicKey)) ?? [:]
        let known = Set(task.known.map(\.publicKey))
        let wanted = place.account == nil ? nil : try place.directory.open().read { try $0.account(at: place.place) }
        for account in task.known where wanted == nil || wanted == account {
            let holders = servers.filter { $0.accounts.contains(account.publicKey) }.map(\.server)
            let token = holders.isEmpty ? nil : tokens[account.publicKey]
            try output.show(account, .of(account, there: token), holders, of: servers.count)
        }
        let others = servers.reduce(into: Set<PublicKey>()) { $0.formUnion($1.accounts) }.subtracting(known)
        for key in others.sorted() where wanted == nil {
            let holders = servers.filter { $0.accounts.contains(key) }.map(\.server)
            try output.show(key.text, key, .unknown, holders, of: servers.count)
        }
    }
}

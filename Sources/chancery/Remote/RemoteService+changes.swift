import AdminAPI
import Administration
import Claims
import NKeys

extension RemoteService {
    /// Has an account edited.
    func edit(_ edit: AccountEdit, at place: Place, _ options: any ChangeChoices, asJSON: Bool) throws {
        let body = ServiceBodies.edit(
            edit, signer: try Self.name(options.signer), overridingPolicies: options.overridesPolicies)
        let answer = try change(.post, account(at: place).path + ":edit", body, dryRun: options.dryRun)
        try show(answer, asJSON: asJSON, dryRun: options.dryRun)
    }

    /// Says what a change did, as it is said of a change nearby.
    func show(_ answers: JSONValue..., asJSON: Bool, dryRun: Bool) throws {
        var outcome = FarOutcome()
        for answer in answers { outcome.add(answer) }
        try outcome.show(asJSON: asJSON, dryRun: dryRun)
    }

    /// The key that is to sign, as the service knows it.
    static func name(_ signer: SignerChoice) throws -> String? {
        switch signer {
        case .automatic: return nil
        case .named(let name), .written(let name): return name
        case .pair:
            throw AdministrationError(
                .refused, "a seed does not leave this machine, and the service signs with its own keys",
                remedy: "name a role or a public key with --private-key")
        }
    }

    /// What is selected on a service is kept in its context.
    func checkHasContext() throws {
        guard address.context == nil else { return }
        throw AdministrationError(
            .refused, "what is selected on a service is kept in its context, and --server uses none",
            remedy: "save one with \"chancery context add NAME --server \(address.url) --token-file FILE\"")
    }

    /// Why nobody says which key signs.
    static let signsItself = AdministrationError(
        .refused, "the service chooses itself which key signs this", remedy: "leave --private-key out")

    /// Remembers an account, or an operator, as the one that commands mean which name none.
    func select(operator owner: String?, account: String?, in contexts: ContextFile) throws {
        guard let name = address.context else { return }
        try contexts.change { contexts in
            guard var context = contexts.contexts[name] else { return }
            (context.operator, context.account) = (owner ?? context.operator, account)
            contexts.contexts[name] = context
        }
    }
}

extension PlaceOptions {
    /// Edits the account, near or far, and says what that did.
    func edit(_ reason: String, _ edit: AccountEdit, _ options: any ChangeChoices) throws {
        try directory.edit(reason, edit, at: place, options)
    }
}

extension DirectoryOptions {
    /// The service to act on; nil for a directory on this machine.
    var service: RemoteService? {
        get throws { try global.service.map { try RemoteService($0) } }
    }

    /// Edits an account, near or far, and says what that did.
    func edit(_ reason: String, _ edit: AccountEdit, at place: Place, _ options: any ChangeChoices) throws {
        if let service = try service { return try service.edit(edit, at: place, options, asJSON: json) }
        try change(reason, options) { try $0.carryOut(edit, at: place, signer: $1) }
    }
}

import Administration
import Claims
import NKeys

/// Accounts, their limits and their plain signing keys.
enum AccountOperations {
    static let all = [
        list, get, add, put, patch, edit, delete, getLimits, putLimits, distribution, addSigningKey, deleteSigningKey,
    ]

    /// The account that the path names, as preconditions see it.
    @Sendable static func state(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Operation.State {
        let entry = try reader.findAccount(exchange.reference("account"), of: exchange.operatorEntry(reader))
        return Operation.State(exists: entry != nil, tag: entry?.version)
    }

    /// What is answered after a change of an account.
    static func answer(
        _ exchange: Exchange, _ change: Change, status: Int = 200,
        _ body: (AccountEntry) throws -> JSONValue = { try $0.json() }
    ) throws -> Answer {
        let entry = try exchange.accountEntry(change.reader)
        var answer = Answer(try body(entry), tag: entry.version, status: status)
        answer.accounts = [entry.publicKey]
        return answer
    }

    private static let list = Operation(
        id: "accounts.list", method: .get, path: PathTemplate("/v1/operators/{operator}/accounts"),
        summary: "The accounts of an operator, by name.", requirement: .may(.view, .operator), query: Page.parameters,
        success: (200, .page(of: .component("Account"))),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            let entry = try exchange.operatorEntry(reader)
            let found = try reader.accounts(of: entry, after: page.after, limit: page.limit + 1)
            return page.answer(found, exchange, name: \.name, json: \.listedJSON)
        })

    private static let get = Operation(
        id: "accounts.get", method: .get, path: PathTemplate(Catalogue.account), summary: "An account.",
        requirement: .may(.view, .account), success: (200, .component("Account")), state: state, isRemembered: true,
        handler: .read { exchange, reader in
            let entry = try exchange.accountEntry(reader)
            return Answer(try entry.json().adding("jwt", .string(entry.token)), tag: entry.version)
        })

    private static let add = Operation(
        id: "accounts.add", method: .post, path: PathTemplate("/v1/operators/{operator}/accounts"),
        summary: "Make an account.", requirement: .may(.administer, .operator), request: .component("AddedAccount"),
        example: .members(["name": .string("warehouse")]),
        success: (201, .component("Account")),
        handler: .change { exchange, change in
            let body = exchange.body
            let owner = try exchange.operatorEntry(change.reader)
            var new = NewAccount(name: body["name"]?.text ?? "")
            new.publicKey = try body["public_key"]?.text.map { try publicKey($0, "/public_key") }
            new.defaultPermissions = EditForms.permissions.reading(
                body["default_permissions"], into: PermissionEdits())
            new.validity = EditForms.validity.reading(body, into: Validity())
            let entry = try change.addAccount(
                new, of: EntityReference(owner.publicKey),
                signer: body["signer"]?.text.map { .named($0) } ?? .automatic)
            var answer = Answer(try entry.json(), tag: entry.version, status: 201)
            answer.accounts = [entry.publicKey]
            answer.location = location(owner, entry)
            return answer
        })

    private static let edit = Operation(
        id: "accounts.edit", method: .post, path: PathTemplate(Catalogue.account + ":edit"),
        summary: "Change one thing of an account, as a command does: what else it says stays as it is.",
        requirement: .may(.configure, .account), request: .component("AccountEdit"),
        example: .members(["settings": .members(["description": .string("The shop")])]),
        success: (200, .component("Account")), state: state,
        handler: .change { exchange, change in
            let entry = try exchange.accountEntry(change.reader)
            let edit = try AccountEdit(exchange.body)
            try exchange.checkMay(edit, entry, change.reader)
            change.overridesPolicies = exchange.body["force"]?.flag ?? false
            let place = Place(operator: EntityReference(entry.operator), account: EntityReference(entry.publicKey))
            try change.carryOut(
                edit, at: place, signer: exchange.body["signer"]?.text.map { .named($0) } ?? .automatic)
            try exchange.checkRoles(of: exchange.accountEntry(change.reader), from: entry)
            var answer = try answer(exchange, change)
            answer.cuts = try cuts(edit, entry, change.reader)
            return answer
        })

    /// Whose connections an edit ends.
    private static func cuts(
        _ edit: AccountEdit, _ entry: AccountEntry, _ reader: DirectoryReader
    ) throws -> [ConnectionCut] {
        switch edit {
        case .revokeUser(let user, _):
            let key = try user.publicKey ?? reader.findUser(user, of: entry)?.publicKey
            return [ConnectionCut(entry.publicKey, user: key)]
        case .settings(_, let keys) where !keys.remove.isEmpty: return [ConnectionCut(entry.publicKey)]
        default: return []
        }
    }

    private static let put = Operation(
        id: "accounts.put", method: .put, path: PathTemplate(Catalogue.account),
        summary: "Make an account, or replace what it says.", requirement: .may(.administer, .operator),
        request: .component("NewAccount"), example: .members(["description": .string("The shop")]),
        success: (200, .component("Account")), otherSuccess: 201, state: state,
        handler: .change { exchange, change in
            let body = exchange.body
            let owner = try exchange.operatorEntry(change.reader)
            let reference = try exchange.reference("account")
            let known = try change.reader.findAccount(reference, of: owner)
            @Sendable func shape(_ claims: inout AccountClaims) {
                AccountSettingsBody.apply(body, to: &claims)
                claims.limits = body["limits"].map { AccountLimits($0) } ?? .unlimited
                claims.expires = body["expires"]?.integer ?? 0
                claims.notBefore = body["not_before"]?.integer ?? 0
            }
            if let known {
                if let key = body["public_key"]?.text, key != known.publicKey.text {
                    throw Problem.invalid("/public_key", "is not that of the account")
                }
                try change.changeAccount(known, shape)
            } else {
                var new = NewAccount(name: reference.text)
                new.publicKey = try body["public_key"]?.text.map { try publicKey($0, "/public_key") }
                new.shape = shape
                try change.addAccount(new, of: EntityReference(owner.publicKey))
            }
            let entry = try exchange.accountEntry(change.reader)
            var answer = try answer(exchange, change, status: known == nil ? 201 : 200)
            if known == nil { answer.location = location(owner, entry) }
            return answer
        })

    /// A key of a body, which may have the form of one and yet be none.
    static func publicKey(_ text: String, _ pointer: String) throws(Problem) -> PublicKey {
        guard let key = EntityReference(text).publicKey else { throw Problem.invalid(pointer, "is not a public key") }
        return key
    }

    static func location(_ owner: OperatorEntry, _ entry: AccountEntry) -> String {
        "/v1/operators/\(RequestPath.encoded(owner.name))/accounts/\(RequestPath.encoded(entry.name))"
    }

    private static let patch = Operation(
        id: "accounts.patch", method: .patch, path: PathTemplate(Catalogue.account),
        summary: "Change what an account says, but for its limits.", requirement: .may(.configure, .account),
        request: .component("AccountSettings"),
        example: .members(["description": .string("The shop"), "tags": .texts(["shop"])]),
        success: (200, .component("Account")), state: state,
        handler: .change { exchange, change in
            let entry = try exchange.accountEntry(change.reader)
            // Templates of roles may take subjects from the account's tags.
            let leads = ["default_permissions", "tags"].contains { exchange.body[$0] != nil }
            if leads { try exchange.checkSubjectsAreFree() }
            let merged = try exchange.merged(AccountSettingsBody(entry.claims()).json, "AccountSettings")
            try change.changeAccount(entry) { AccountSettingsBody.apply(merged, to: &$0) }
            return try answer(exchange, change)
        })

    private static let delete = Operation(
        id: "accounts.delete", method: .delete, path: PathTemplate(Catalogue.account),
        summary: "Delete an account with its users, and revoke them.", requirement: .may(.administer, .operator),
        query: [
            Operation.Parameter(name: "revoke", schema: .flag("Whether its users are revoked; by default they are.")),
            Operation.Parameter(name: "forget_seeds", schema: .flag("Whether its seeds are deleted, too.")),
            Operation.Parameter(
                name: "force", schema: .flag("Whether it may be the system account, or governed by policies.")),
        ],
        success: (200, .component("Done")), state: state,
        handler: .change { exchange, change in
            let entry = try exchange.accountEntry(change.reader)
            let place = try Place(
                operator: exchange.reference("operator"), account: EntityReference(entry.publicKey))
            var deletion = AccountDeletion()
            deletion.revokesUsers = exchange.query["revoke"] != "false"
            deletion.forgetsSeeds = exchange.query["forget_seeds"] == "true"
            deletion.isForced = exchange.query["force"] == "true"
            deletion.isTakenToServers = true
            change.overridesPolicies = deletion.isForced
            try change.deleteAccount(at: place, deletion)
            var answer = Answer.deleted
            answer.deleted = [entry.publicKey]
            answer.cuts = [ConnectionCut(entry.publicKey)]
            return answer
        })

    // MARK: Limits

    private static let getLimits = Operation(
        id: "limits.get", method: .get, path: PathTemplate(Catalogue.account + "/limits"),
        summary: "The limits of an account.", requirement: .may(.view, .account),
        success: (200, .component("AccountLimits")), state: state, isRemembered: true,
        handler: .read { exchange, reader in
            let entry = try exchange.accountEntry(reader)
            return Answer(try entry.claims().limits.json, tag: entry.version)
        })

    private static let putLimits = Operation(
        id: "limits.put", method: .put, path: PathTemplate(Catalogue.account + "/limits"),
        summary: "Replace the limits of an account.", requirement: .may(.administer, .operator),
        request: .component("AccountLimits"), success: (200, .component("AccountLimits")), state: state,
        handler: .change { exchange, change in
            try change.changeAccount(exchange.accountEntry(change.reader)) { $0.limits = AccountLimits(exchange.body) }
            return try answer(exchange, change) { try $0.claims().limits.json }
        })

    // MARK: Servers

    private static let distribution = Operation(
        id: "distribution.get", method: .get, path: PathTemplate(Catalogue.account + "/distribution"),
        summary: "What each server was last heard to have of an account.", requirement: .may(.view, .account),
        success: (
            200,
            .object(
                "",
                [
                    .required(
                        "items",
                        .list(
                            .object(
                                "",
                                [
                                    .required("server", .text()), .required("version", .text()),
                                    .required("in_force", .flag("Whether that is the current version.")),
                                    .required("recorded_at", .integer("Unix seconds.")),
                                ])))
                ])
        ),
        handler: .read { exchange, reader in
            let entry = try exchange.accountEntry(reader)
            let items = try reader.deliveries(of: entry.publicKey).map { delivery -> JSONValue in
                .members([
                    "server": .string(delivery.server), "version": .string(delivery.version.hex),
                    "in_force": .bool(delivery.version.hex == entry.version),
                    "recorded_at": .integer(delivery.time),
                ])
            }
            return Answer(.members(["items": .array(items)]))
        })

    // MARK: Signing keys

    private static let addSigningKey = Operation(
        id: "signing-keys.add", method: .post, path: PathTemplate(Catalogue.account + "/signing-keys"),
        summary: "Make a signing key without a role.", requirement: .may(.administer, .operator),
        success: (201, .component("Account")), state: state,
        handler: .change { exchange, change in
            let entry = try exchange.accountEntry(change.reader)
            let place = try Place(
                operator: exchange.reference("operator"), account: EntityReference(entry.publicKey))
            try change.editAccount(at: place, AccountEdits(), signingKeys: ListEdits(add: ["generate"]))
            return try answer(exchange, change, status: 201)
        })

    private static let deleteSigningKey = Operation(
        id: "signing-keys.delete", method: .delete, path: PathTemplate(Catalogue.account + "/signing-keys/{key}"),
        summary: "Take a signing key away. What it signed counts no more.", requirement: .may(.administer, .operator),
        success: (200, .component("Account")),
        state: { exchange, reader in
            let entry = try exchange.accountEntry(reader)
            let key = try exchange.reference("key").text
            let isThere = try entry.claims().signingKeys.contains { $0.key == key && $0.scope == nil }
            return Operation.State(exists: isThere, tag: entry.version)
        },
        handler: .change { exchange, change in
            let entry = try exchange.accountEntry(change.reader)
            let key = try exchange.reference("key").text
            guard try entry.claims().signingKeys.contains(where: { $0.key == key && $0.scope == nil }) else {
                throw Problem.notFound
            }
            let place = try Place(
                operator: exchange.reference("operator"), account: EntityReference(entry.publicKey))
            try change.editAccount(at: place, AccountEdits(), signingKeys: ListEdits(remove: [key]))
            var answer = try answer(exchange, change)
            answer.cuts = [ConnectionCut(entry.publicKey)]
            return answer
        })
}

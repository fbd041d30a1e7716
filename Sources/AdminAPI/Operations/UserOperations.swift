import Administration
import Claims
import NKeys
import Secrets

/// Users, and the credentials that are issued to them.
enum UserOperations {
    static let all = [list, get, token, add, put, edit, delete, issue, revoke]

    private static let path = Catalogue.account + "/users/{user}"

    private static func find(_ exchange: Exchange, _ reader: DirectoryReader) throws -> UserEntry? {
        try reader.findUser(exchange.reference("user"), of: exchange.accountEntry(reader))
    }

    @Sendable private static func state(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Operation.State {
        let entry = try find(exchange, reader)
        return Operation.State(exists: entry != nil, tag: entry?.version)
    }

    private static let list = Operation(
        id: "users.list", method: .get, path: PathTemplate(Catalogue.account + "/users"),
        summary: "The users of an account, by name; an issuer names its role.", requirement: .may(.view, .role),
        query: Page.parameters + [
            Operation.Parameter(name: "prefix", schema: .text("What the names begin with.", most: 256)),
            Operation.Parameter(name: "role", schema: .text("The role that they have.", most: 256)),
        ],
        success: (200, .page(of: .component("User"))),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            let account = try exchange.accountEntry(reader)
            let claims = try account.claims()
            var signer: String?
            if let role = exchange.query["role"] {
                signer = claims.signingKeys.compactMap(\.scope).first { $0.role.isExactly(role) }?.key ?? "none"
            }
            let found = try reader.users(
                of: account, after: page.after, prefix: exchange.query["prefix"] ?? "", signedBy: signer,
                limit: page.limit + 1)
            return try page.answer(found, exchange, name: \.name) { try $0.json(in: claims) }
        })

    private static let get = Operation(
        id: "users.get", method: .get, path: PathTemplate(path), summary: "A user.", requirement: .may(.view, .user),
        success: (200, .component("User")), state: state, isRemembered: true,
        handler: .read { exchange, reader in
            let entry = try exchange.userEntry(reader)
            return Answer(try entry.json(in: exchange.accountEntry(reader).claims()), tag: entry.version)
        })

    private static let token = Operation(
        id: "users.token", method: .get, path: PathTemplate(path + "/jwt"),
        summary: "A user's current token, for those who could issue it: of a bearer it is a secret.",
        requirement: .may(.issue, .user), success: (200, .text("", most: 1_048_576)), answers: "application/jwt",
        state: state,
        handler: .read { exchange, reader in
            let entry = try exchange.userEntry(reader)
            try checkHandedOut(entry, exchange, exchange.accountEntry(reader))
            return Answer(text: entry.token, tag: entry.version)
        })

    private static let add = Operation(
        id: "users.add", method: .post, path: PathTemplate(Catalogue.account + "/users"),
        summary: "Make a user; credentials leave once, and only for a key made here.",
        requirement: .may(.issue, .role),
        query: [
            Operation.Parameter(
                name: "role", schema: .text("The role that the user is to have, or a key that signs it.", most: 256))
        ],
        request: .component("NewUser"), example: .members(["name": .string("till-7")]),
        success: (201, .component("User")),
        handler: .change { exchange, change in
            let body = exchange.body
            let account = try exchange.accountEntry(change.reader)
            var new = NewUser(name: body["name"]?.text ?? "")
            let given = try body["public_key"]?.text.map { try AccountOperations.publicKey($0, "/public_key") }
            let pair = given == nil ? KeyPair.generate(.user) : nil
            new.publicKey = given ?? pair?.publicKey
            new.limits = EditForms.userLimits.reading(body["limits"], into: UserLimitEdits())
            new.tags = body["tags"]?.textElements ?? []
            new.validity = EditForms.validity.reading(body, into: Validity())
            new.isUnmanaged = body["unmanaged"]?.flag ?? false
            if new.isUnmanaged { try exchange.requireAdministering(account) }
            let signer = exchange.query["role"].map { SignerChoice.named($0) } ?? .automatic
            let entry = try change.addUser(new, at: place(account), signer: signer)
            try checkIssued(entry, exchange, account)
            var answer = try answered(entry, exchange, change, status: 201)
            if let pair { try add(entry, pair, to: &answer, exchange, change) }
            answer.location =
                (exchange.target.split(separator: "?").first.map(String.init) ?? "") + "/"
                + RequestPath.encoded(entry.name)
            return answer
        })

    private static let edit = Operation(
        id: "users.edit", method: .post, path: PathTemplate(path + ":edit"),
        summary: "Change some of what a user is, and sign it again.", requirement: .may(.issue, .user),
        request: .component("UserEdits"),
        example: .members(["tags": .members(["add": .texts(["till"])])]), success: (200, .component("User")),
        state: state,
        handler: .change { exchange, change in
            let body = exchange.body
            let account = try exchange.accountEntry(change.reader)
            if body["force"]?.flag == true {
                try exchange.requireAdministering(account)
                change.overridesPolicies = true
            }
            let claims = try exchange.userEntry(change.reader).claims()
            guard try body["role"] != nil || isSigned(claims, in: account) else { throw orphaned }
            let edits = EditForms.user.reading(body, into: UserEdits())
            try change.editUser(exchange.reference("user"), at: place(account), edits, signer: signer(body))
            let entry = try exchange.userEntry(change.reader)
            try checkIssued(entry, exchange, account)
            return try answered(entry, exchange, change)
        })

    private static func place(_ account: AccountEntry) -> Place {
        Place(operator: EntityReference(account.operator), account: EntityReference(account.publicKey))
    }

    private static let orphaned = Problem(
        .conflict, "the key that signed the user, or its role, is gone: replace the user")

    /// Whether the key that signed a user still signs for its account.
    private static func isSigned(_ claims: UserClaims, in account: AccountEntry) throws -> Bool {
        try claims.issuer == account.publicKey.text || account.claims().signingKey(claims.issuer) != nil
    }

    /// The role that a user has. Whoever the account's identity signed has none, whatever the account says of that key.
    private static func scope(of claims: UserClaims, in account: AccountEntry) throws -> UserScope? {
        guard claims.issuer != account.publicKey.text else { return nil }
        return try account.claims().signingKey(claims.issuer)?.scope
    }

    private static func signer(_ body: JSONValue) -> SignerChoice {
        body["role"]?.text.map { .named($0) } ?? .automatic
    }

    /// Whether the caller may issue what a user has become, and no more than its ceiling.
    private static func checkIssued(_ entry: UserEntry, _ exchange: Exchange, _ account: AccountEntry) throws {
        let claims = try entry.claims()
        let scope = try scope(of: claims, in: account)
        let object = AccessObject.role(scope?.role, in: account.publicKey, of: account.operator)
        let grant = try exchange.require(.issue, on: object)
        try exchange.checkCeiling(scope?.template ?? claims.limits, grant, at: scope == nil ? "/limits" : "/role")
        try exchange.checkCeiling(expiry: claims.expires, grant, at: "/expires")
        try checkFits(claims.name, claims.tags, scope, exchange, account)
    }

    /// Refuses a name or tag that is more than a token where the role's subjects take it in: its users have what the role says,
    /// and not what one of them is called. Whoever administers the operator is warned.
    private static func checkFits(
        _ name: String, _ tags: [String], _ scope: UserScope?, _ exchange: Exchange, _ account: AccountEntry
    ) throws(Problem) {
        guard let misfit = scope?.misfit(name: name, tags: tags),
            !exchange.may(.administer, on: .operator(account.operator))
        else { return }
        throw Problem.invalid("", misfit)
    }

    /// Whoever has a bearer's token signs in with it: getting it is being given what it allows, for as long as it is good.
    private static func checkHandedOut(_ entry: UserEntry, _ exchange: Exchange, _ account: AccountEntry) throws {
        let claims = try entry.claims()
        let limits = try scope(of: claims, in: account)?.template ?? claims.limits
        if limits.bearerToken { try checkIssued(entry, exchange, account) }
    }

    private static let put = Operation(
        id: "users.put", method: .put, path: PathTemplate(path),
        summary:
            "Make a user, or replace what it is: what it had before counts no more where it may do other things now. "
            + "Credentials leave once, and only for a key made here.",
        requirement: .may(.issue, .user), request: .component("User"), example: .members(["role": .string("clerk")]),
        success: (200, .component("User")),
        otherSuccess: 201, state: state,
        handler: .change { exchange, change in
            let body = exchange.body
            let account = try exchange.accountEntry(change.reader)
            let known = try find(exchange, change.reader)
            var user = WholeUser(name: try known?.name ?? exchange.reference("user").text)
            user.role = body["role"]?.text
            user.limits = UserPermissionLimits(body["limits"] ?? .null)
            user.tags = body["tags"]?.textElements ?? []
            user.validity = Validity(
                notBefore: body["not_before"]?.integer ?? 0, expires: body["expires"]?.integer ?? 0)
            try checkIssuing(user, body, exchange, account)
            let given = try body["public_key"]?.text.map { try AccountOperations.publicKey($0, "/public_key") }
            if let given, let known, given != known.publicKey {
                throw Problem.invalid("/public_key", "is not that of the user")
            }
            let pair = known == nil && given == nil ? KeyPair.generate(.user) : nil
            user.publicKey = given ?? pair?.publicKey
            let (entry, isRevoking) = try change.replaceUser(user, from: known, in: account)
            let current = isRevoking ? try exchange.accountEntry(change.reader) : account
            var answer = try answer(entry, in: current.claims(), status: known == nil ? 201 : 200)
            if isRevoking {
                answer.accounts = [account.publicKey]
                answer.cuts = [ConnectionCut(account.publicKey, user: entry.publicKey)]
            }
            if let pair { try add(entry, pair, to: &answer, exchange, change) }
            if known == nil { answer.location = exchange.target.split(separator: "?").first.map(String.init) }
            return answer
        })

    /// Whether the caller may issue this to that role, and no more than its ceiling.
    private static func checkIssuing(
        _ user: WholeUser, _ body: JSONValue, _ exchange: Exchange, _ account: AccountEntry
    ) throws {
        let object = AccessObject.role(user.role, in: account.publicKey, of: account.operator)
        let grant = try exchange.require(.issue, on: object)
        guard user.role == nil || body["limits"] == nil else {
            throw Problem.invalid("/limits", "are those of the role")
        }
        let scope = try account.claims().signingKeys.compactMap(\.scope).first { scope in
            user.role.map { scope.role.isExactly($0) } ?? false
        }
        try exchange.checkCeiling(
            scope?.template ?? user.limits, grant, at: user.role == nil ? "/limits" : "/role")
        try exchange.checkCeiling(expiry: user.validity.expires ?? 0, grant, at: "/expires")
        try checkFits(user.name, user.tags, scope, exchange, account)
    }

    private static func answered(
        _ entry: UserEntry, _ exchange: Exchange, _ change: Change, status: Int = 200
    ) throws -> Answer {
        var answer = try answer(entry, in: exchange.accountEntry(change.reader).claims(), status: status)
        try answer.complete()
        return answer
    }

    /// The answer that shows a user, to be put together later.
    ///
    /// - Parameter account: as it is now.
    private static func answer(_ entry: UserEntry, in account: AccountClaims, status: Int) -> Answer {
        Answer(status: status) { answer in
            let body = try entry.json(in: account)
            (answer.body, answer.tag) = (body, body["version"]?.text)
            answer.secrets = [("jwt", Secret(copying: Array(entry.token.utf8)))]
        }
    }

    /// Adds the credentials, open or sealed.
    private static func add(
        _ entry: UserEntry, _ pair: KeyPair, to answer: inout Answer, _ exchange: Exchange, _ change: Change
    ) throws {
        let credentials = try change.credentialsToCome(of: entry, pair: pair)
        guard let recipient = exchange.body["seal_to"]?.text else {
            return answer.later { $0.secrets = [("creds", try credentials())] }
        }
        let creds = try credentials()
        let sender = KeyPair.generate(.curve)
        do throws(NKeyError) {
            let recipient = try PublicKey(recipient)
            let sealed = try creds.withBytes { (bytes) throws(NKeyError) in
                try sender.seal(Array(bytes), to: recipient)
            }
            answer.later { answer in
                answer.secrets = [("sealed_creds", Secret(copying: Array(Base64URL.text(sealed).utf8)))]
                answer.body = answer.body?.adding("sealed_by", .string(sender.publicKey.text))
            }
        } catch {
            throw Problem.invalid("/seal_to", "is not a curve key that can be sealed to")
        }
    }

    private static let delete = Operation(
        id: "users.delete", method: .delete, path: PathTemplate(path), summary: "Revoke a user and delete it.",
        requirement: .may(.issue, .user),
        query: [
            Operation.Parameter(
                name: "revoke", schema: .flag("Whether what was issued to it is revoked; by default it is.")),
            Operation.Parameter(
                name: "forget_seeds", schema: .flag("Whether its seed is deleted, where it is kept; by default it is.")),
            Operation.Parameter(name: "force", schema: .flag("Whether its account may be governed by policies.")),
        ],
        success: (200, .component("Done")), state: state,
        handler: .change { exchange, change in
            let entry = try exchange.userEntry(change.reader)
            let place = Place(
                operator: try exchange.reference("operator"), account: EntityReference(entry.account))
            if exchange.query["force"] == "true" {
                try exchange.requireAdministering(exchange.accountEntry(change.reader))
                change.overridesPolicies = true
            }
            try change.deleteUser(
                EntityReference(entry.publicKey), at: place, revoking: exchange.query["revoke"] != "false",
                forgettingSeed: exchange.query["forget_seeds"] != "false")
            var answer = Answer.deleted
            answer.accounts = [entry.account]
            if exchange.query["revoke"] != "false" {
                answer.cuts = [ConnectionCut(entry.account, user: entry.publicKey)]
            }
            return answer
        })

    private static let issue = Operation(
        id: "users.issue", method: .post, path: PathTemplate(path + ":issue"),
        summary: "Sign a user again, for its own key. One that was revoked counts again with that.",
        requirement: .may(.issue, .user),
        request: .object("", Components.validity), isBodyOptional: true, success: (200, .component("User")),
        state: state,
        handler: .change { exchange, change in
            let account = try exchange.accountEntry(change.reader)
            let entry = try exchange.userEntry(change.reader)
            let claims = try entry.claims()
            // Signed by another key, with nothing in it, it would be a user who may do everything.
            guard try isSigned(claims, in: account) else { throw orphaned }
            var user = WholeUser(name: entry.name)
            user.role = try entry.role(in: account.claims())
            (user.limits, user.tags) = (claims.limits, claims.tags)
            user.validity = Validity(
                notBefore: exchange.body["not_before"]?.integer ?? 0, expires: exchange.body["expires"]?.integer ?? 0)
            try checkIssuing(user, .null, exchange, account)
            return try answered(change.setUser(user, from: entry, in: account), exchange, change)
        })

    private static let revoke = Operation(
        id: "users.revoke", method: .post, path: PathTemplate(path + ":revoke"),
        summary: "Revoke what was issued to a user: its connections are gone when the answer comes.",
        requirement: .may(.issue, .user), success: (200, .component("User")), state: state,
        handler: .change { exchange, change in
            let entry = try exchange.userEntry(change.reader)
            let place = Place(
                operator: try exchange.reference("operator"), account: EntityReference(entry.account))
            try change.revokeUser(EntityReference(entry.publicKey), at: place)
            var answer = try answered(entry, exchange, change)
            (answer.secrets, answer.accounts) = ([], [entry.account])
            answer.cuts = [ConnectionCut(entry.account, user: entry.publicKey)]
            return answer
        })
}

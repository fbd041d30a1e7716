import Administration
import Audit
import Claims
import NKeys
import Secrets

/// Signing in, and access to the service.
enum AccessOperations {
    static let all = [challenge, openSession, me, list, get, add, revoke]

    // MARK: Signing in

    private static let challenge = Operation(
        id: "auth.challenge", method: .post, path: PathTemplate("/v1/auth/challenge"),
        summary: "A challenge for a key: sign `sign` and send it to /v1/auth/token within a minute.",
        requirement: .open,
        request: .object(
            "", [.required("public_key", .text("", most: 56, pattern: TextForm.userKey))]),
        success: (
            200,
            .object(
                "",
                [
                    .required("nonce", .text()), .required("sign", .text("The text to sign.")),
                    .required("expires", .integer("Unix seconds.")),
                ])
        ),
        handler: .work { exchange, service in
            guard let key = exchange.body["public_key"]?.text.flatMap({ EntityReference($0).publicKey }) else {
                throw Problem.invalid("/public_key", "is not a public key")
            }
            let challenge = await service.challenges.make(
                for: key, host: try service.name(for: exchange), from: exchange.source, now: exchange.now)
            return Answer(
                .members([
                    "nonce": .string(challenge.nonce), "sign": .string(challenge.text),
                    "expires": .integer(challenge.expires),
                ]))
        })

    private static let openSession = Operation(
        id: "auth.token", method: .post, path: PathTemplate("/v1/auth/token"),
        summary: "A bearer token for a quarter of an hour, for a challenge that was signed.", requirement: .open,
        request: .object(
            "",
            [
                .required("nonce", .text("", most: 128)),
                .required("signature", .text("Base64url of the 64 bytes.", most: 128)),
                .optional(
                    "token",
                    .text(
                        "The id of the access that is meant, where the key has several; by default the first one.",
                        most: 64)),
            ]),
        success: (
            200,
            .object(
                "",
                [
                    .required("token", .text("The token, once.")), .required("expires", .integer("Unix seconds.")),
                ])
        ),
        handler: .work { exchange, service in
            let refused = Problem(.unauthenticated, "the challenge was not answered", refusal: "bad_signature")
            guard let nonce = exchange.body["nonce"]?.text, let text = exchange.body["signature"]?.text,
                let challenge = await service.challenges.take(nonce, now: exchange.now),
                try challenge.host == service.name(for: exchange),
                let signature = try? Base64URL.decode(Array(text.utf8)).bytes, signature.count == 64,
                challenge.key.isValidSignature(signature, of: Array(challenge.text.utf8))
            else { throw refused }
            let lifetime = Challenges.sessionLifetime
            let holders = try await service.directory.look { try $0.read { try $0.accessTokens(ofKey: challenge.key) } }
            guard let holder = holders.chosen(exchange.body["token"]?.text, at: exchange.now) else { throw refused }
            var actor = AuditActor("nkey:\(holder.id)")
            (actor.via, actor.request) = (exchange.actor?.via, exchange.actor?.request)
            let session = try await service.work(in: service.directory.acting(as: actor)) { directory in
                try directory.change("auth: sign in with a key") { change in
                    let now = try change.reader.accessToken(holder.id)
                    guard now.isValid(at: change.time) else { throw refused }
                    return try change.openSession(of: now, lifetime: lifetime)
                }.value
            }
            var answer = Answer(.members(["expires": session.token.expires.map { .integer($0) }]))
            answer.secrets = [("token", session.secret)]
            return answer
        })

    private static let me = Operation(
        id: "auth.me", method: .get, path: PathTemplate("/v1/auth/me"), summary: "Who one is, and what one may do.",
        requirement: .signedIn, success: (200, .component("Token")),
        handler: .read { exchange, reader in
            guard let token = exchange.caller?.token else { return Answer(.null) }
            return Answer(token.json.adding("places", .array(try token.grants.compactMap { try place($0, reader) })))
        })

    /// Where a grant counts, in names: whoever has an account alone is told its path.
    private static func place(_ grant: AccessGrant, _ reader: DirectoryReader) throws -> JSONValue? {
        let account = try grant.account.flatMap { try reader.accountEntry($0) }
        guard let key = account?.operator ?? grant.operator, grant.operator ?? key == key,
            let owner = try reader.operatorEntry(key)
        else { return nil }
        let path = "/v1/operators/\(RequestPath.encoded(owner.name))"
        return .members([
            "role": .string(grant.role.rawValue), "operator": .string(owner.name),
            "account": account.map { .string($0.name) },
            "path": .string(path + (account.map { "/accounts/\(RequestPath.encoded($0.name))" } ?? "")),
        ])
    }

    // MARK: Tokens

    /// A token is seen and taken back by those who could have given it.
    private static func isVisible(_ token: AccessToken, _ exchange: Exchange) -> Bool {
        token.id == exchange.caller?.token.id
            || token.grants.allSatisfy {
                AccessDecision.allowing(delegationOf: $0, exchange.caller?.grants ?? []) != nil
            }
    }

    private static func find(_ exchange: Exchange, _ reader: DirectoryReader) throws -> AccessToken {
        guard let token = try reader.findAccessToken(exchange.reference("token").text), token.kind != .session,
            isVisible(token, exchange)
        else { throw Problem.forbidden }
        return token
    }

    private static func tag(_ token: AccessToken) -> String {
        AnswerTag.of(token.json.jsonText)
    }

    @Sendable private static func state(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Operation.State {
        Operation.State(exists: true, tag: tag(try find(exchange, reader)))
    }

    private static let list = Operation(
        id: "tokens.list", method: .get, path: PathTemplate("/v1/tokens"),
        summary: "Access that was given, as far as one could have given it oneself.", requirement: .signedIn,
        query: Page.parameters, success: (200, .page(of: .component("Token"))),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            var seen: [AccessToken] = []
            var last = page.after
            while seen.count <= page.limit {
                let more = try reader.accessTokens(after: last, limit: Int(Page.largest))
                guard let end = more.last else { break }
                seen += more.filter { isVisible($0, exchange) }
                last = end.id
            }
            return page.answer(Array(seen.prefix(page.limit + 1)), exchange, name: \.id, json: \.json)
        })

    private static let get = Operation(
        id: "tokens.get", method: .get, path: PathTemplate("/v1/tokens/{token}"), summary: "Access that was given.",
        requirement: .signedIn, success: (200, .component("Token")), state: state,
        handler: .read { exchange, reader in
            let token = try find(exchange, reader)
            return Answer(token.json, tag: tag(token))
        })

    private static let add = Operation(
        id: "tokens.add", method: .post, path: PathTemplate("/v1/tokens"),
        summary: "Give access: never more than one has. The token is shown once.", requirement: .signedIn,
        request: .component("Token"),
        example: .members([
            "name": .string("ci"), "grants": .array([.members(["role": .string("viewer")])]),
        ]), success: (201, .component("Token")),
        handler: .change { exchange, change in
            let body = exchange.body
            var grants: [AccessGrant] = []
            for (index, json) in (body["grants"]?.elements ?? []).enumerated() {
                guard var grant = AccessGrant(json) else {
                    throw Problem.invalid("/grants/\(index)", "names a key that is none")
                }
                // An account has one operator, which need not be named.
                if grant.operator == nil, let account = grant.account {
                    grant.operator = try change.reader.accountEntry(account)?.operator
                }
                if let fault = grant.fault { throw Problem.invalid("/grants/\(index)", fault) }
                guard AccessDecision.allowing(delegationOf: grant, exchange.caller?.grants ?? []) != nil else {
                    throw Problem(
                        .forbidden, "nobody gives away more than he has",
                        faults: [Fault(pointer: "/grants/\(index)", code: "more", detail: "is more than you have")],
                        refusal: "not_allowed")
                }
                grants.append(grant)
            }
            var new = NewAccessToken(
                name: body["name"]?.text ?? "", grants: grants, expires: body["expires"]?.integer)
            // A session, or access that ends, does not give away what lasts longer.
            let caller = exchange.caller.flatMap { $0.isLocal ? nil : $0.token }
            let holder = try caller.map { try change.reader.findAccessToken($0.holder) ?? $0 }
            if let end = holder?.expires {
                guard let expires = new.expires, expires <= end else {
                    var problem = Problem.invalid("/expires", "must not be later than that of your own token")
                    problem.refusal = "outlives"
                    throw problem
                }
            }
            new.publicKey = body["public_key"]?.text.flatMap { EntityReference($0).publicKey }
            new.fingerprint = body["fingerprint"]?.text
            guard new.publicKey == nil || new.fingerprint == nil else {
                throw Problem.invalid("/fingerprint", "cannot be given beside a public key")
            }
            // Of access that others gave to the key, whoever asks learns nothing.
            let made = try change.addAccessToken(new) { isVisible($0, exchange) }
            var answer = Answer(made.token.json, tag: tag(made.token), status: 201)
            answer.location = "/v1/tokens/\(made.token.id)"
            if let secret = made.secret { answer.secrets = [("token", secret)] }
            return answer
        })

    private static let revoke = Operation(
        id: "tokens.revoke", method: .post, path: PathTemplate("/v1/tokens/{token}:revoke"),
        summary: "Take access back, at once, with whatever was given away with it.", requirement: .signedIn,
        query: [
            Operation.Parameter(
                name: "keep_given",
                schema: .flag("Whether what was given away with it stays: for a token that another one replaces."))
        ],
        success: (200, .component("Token")), state: state,
        handler: .change { exchange, change in
            let ended = try change.revokeAccessToken(
                find(exchange, change.reader).id, keepingGiven: exchange.query["keep_given"] == "true")
            let token = try find(exchange, change.reader)
            return Answer(token.json.adding("revoked_with", .texts(ended.map(\.id))), tag: tag(token))
        })
}

extension [AccessToken] {
    /// The access that somebody means who has several: the one of an id, or else the first that counts.
    func chosen(_ id: String?, at now: Int64) -> AccessToken? {
        guard let id else { return first { $0.isValid(at: now) } ?? first }
        return first { $0.id.isExactly(id) }
    }
}

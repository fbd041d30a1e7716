import Administration
import Claims
import NKeys

/// What an account has revoked.
enum RevocationOperations {
    static let all = [list, put, delete]

    private static let path = Catalogue.account + "/revocations/{user}"

    /// How far ahead a revocation may be dated, in seconds: as far as clocks differ.
    private static let furthestAhead: Int64 = 5

    /// Refuses a revocation of what is still to come: nobody could be issued anything until then, and every issuing would be
    /// asked to wait.
    static func checkTime(_ through: Int64?, at now: Int64, _ pointer: String) throws(Problem) {
        guard through ?? 0 <= now + furthestAhead else {
            throw Problem.invalid(pointer, "must be at most \(furthestAhead) seconds from now")
        }
    }

    /// The schema of one revocation.
    private static let revocation = Schema.object(
        "What was issued to a user at or before a time counts no more.",
        [
            .shown("user", .text("A public key, or * for every user.")),
            .optional("through", .integer("Unix seconds; by default everything issued so far.", 1...253_402_300_799)),
        ])

    /// The revocation that the path names, with the account's version.
    @Sendable private static func state(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Operation.State {
        let entry = try exchange.accountEntry(reader)
        let user = try exchange.reference("user")
        let key = try user.publicKey?.text ?? reader.findUser(user, of: entry)?.publicKey.text ?? user.text
        return Operation.State(exists: try entry.claims().revocations.entries[key] != nil, tag: entry.version)
    }

    private static func json(_ user: String, _ time: Int64) -> JSONValue {
        .members(["user": .string(user), "through": .integer(time)])
    }

    private static let list = Operation(
        id: "revocations.list", method: .get, path: PathTemplate(Catalogue.account + "/revocations"),
        summary: "What an account has revoked.", requirement: .may(.view, .account), query: Page.parameters,
        success: (200, .page(of: revocation)), state: AccountOperations.state,
        handler: .read { exchange, reader in
            let page = try exchange.page()
            let entry = try exchange.accountEntry(reader)
            let entries = try entry.claims().revocations.entries.filter {
                page.after.utf8.lexicographicallyPrecedes($0.key.utf8)
            }
            var answer = page.answer(Array(entries.prefix(page.limit + 1)), exchange, name: \.key) {
                json($0.key, $0.value)
            }
            answer.tag = entry.version
            return answer
        })

    private static let put = Operation(
        id: "revocations.put", method: .put, path: PathTemplate(path),
        summary: "Revoke what was issued to a user: by name, by key, or * for all.",
        requirement: .may(.configure, .account), request: revocation, isBodyOptional: true,
        success: (200, revocation), state: state,
        handler: .change { exchange, change in
            let time = exchange.body["through"]?.integer
            try checkTime(time, at: exchange.now, "/through")
            let entry = try exchange.accountEntry(change.reader)
            let place = Place(
                operator: EntityReference(entry.operator), account: EntityReference(entry.publicKey))
            let made = try change.revokeUser(exchange.reference("user"), at: place, through: time)
            var answer = try AccountOperations.answer(exchange, change) { _ in json(made.subject, made.time) }
            answer.cuts = [ConnectionCut(entry.publicKey, user: EntityReference(made.subject).publicKey)]
            return answer
        })

    private static let delete = Operation(
        id: "revocations.delete", method: .delete, path: PathTemplate(path),
        summary: "Take a revocation back: what it covered counts again. Not for those whose grant has a ceiling.",
        requirement: .may(.configure, .account),
        success: (200, .component("Done")), state: state,
        handler: .change { exchange, change in
            // What counts again may be more than the caller may give away, and somebody else may have revoked it.
            try exchange.checkUnbounded("taking a revocation back")
            let entry = try exchange.accountEntry(change.reader)
            let place = Place(
                operator: EntityReference(entry.operator), account: EntityReference(entry.publicKey))
            try change.deleteRevocation(exchange.reference("user"), at: place)
            var answer = Answer.deleted
            answer.accounts = [entry.publicKey]
            return answer
        })
}

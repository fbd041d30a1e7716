import Administration
import Claims
import NKeys

/// What ceases to count, and when.
enum ExpirationOperations {
    static let all = [list]

    /// Seconds until an end that is soon, where nobody says otherwise.
    private static let soon: Int64 = 30 * 86_400

    private static let expiration = Schema.object(
        "",
        [
            .required("kind", .text()), .required("name", .text("With the names of what it belongs to before it.")),
            .required("public_key", .text()), .optional("expires", .integer("Unix seconds.")),
            .optional("expires_time", .text()),
            .required("state", .text("", oneOf: ExpirationAnswer.states)),
        ])

    private static let list = Operation(
        id: "expirations.list", method: .get, path: PathTemplate("/v1/expirations"),
        summary:
            "When operators, accounts, users and activations that one may see cease to count. A page may be short, or have "
            + "none, and still lead on.",
        requirement: .signedIn,
        query: Page.parameters + [
            Operation.Parameter(
                name: "within",
                schema: .integer("Seconds: what ends until then ends soon; 30 days by default.", 0...3_155_760_000)),
            Operation.Parameter(name: "skip", schema: .flag("Whether what does not end until then is left out.")),
            Operation.Parameter(name: "operator", schema: .text("Only of this one, by name or key.", most: 256)),
        ],
        // The activations of an account's imports come together.
        success: (
            200, .object("", [.required("items", .list(expiration, most: 1_000_000)), .optional("next", .text())])
        ),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            let place = page.after.isEmpty ? nil : ExpirationPlace(text: page.after)
            guard page.after.isEmpty || place != nil else {
                throw Problem.invalid("cursor", "is not a cursor of this list")
            }
            let end = exchange.now + (exchange.query["within"].flatMap { Int64($0) } ?? soon)
            func answer(_ expiration: Expiration) -> ExpirationAnswer {
                ExpirationAnswer(expiration, now: exchange.now, soon: end)
            }
            let isSkipping = exchange.query["skip"] == "true"
            let named = exchange.query["operator"]
            let found = try reader.expirations(after: place, limit: page.limit) { entry, account in
                (named == nil || named == entry.name || named == entry.publicKey.text)
                    && exchange.may(
                        .view,
                        on: account.map { .account($0.publicKey, of: entry.publicKey) } ?? .operator(entry.publicKey))
            } isWanted: {
                !isSkipping || answer($0).isNear
            }
            let listed = Answer(
                .members(["items": .array(try found.items.map { try JSONValue(encoding: answer($0)) })]))
            return found.next.map { page.leading(listed, to: $0.text, exchange) } ?? listed
        })
}

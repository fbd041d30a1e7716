public import Administration
public import Claims

extension ChangeReport {
    /// The members that the answer to every change has: what it did, and what is worth knowing.
    static let members: [Schema.Member] = [
        .shown(
            "changes",
            .list(
                .object(
                    "Something that was added, changed or deleted.",
                    [
                        .required("action", .text("", oneOf: ["added", "changed", "deleted", "exported"])),
                        .required("kind", .text("Such as account, user or signing key.")), .required("name", .text()),
                        .optional("public_key", .text()),
                        .optional("version", .text("The SHA-256 of the token that was signed.", most: 64)),
                        .optional("issued_at", .integer("Unix seconds.")),
                    ]), "What the change did, in this order.")),
        .shown("warnings", .list(.text(), "What is worth knowing, for those who may hear of it.")),
        .shown("dry_run", .flag("Whether it was only tried.")),
    ]

    /// - Parameters:
    ///   - withWarnings: whether the reader may hear of other accounts in them.
    ///   - isShown: whether he may hear of an account, by its key.
    func json(withWarnings: Bool, isShown: (String) -> Bool) -> JSONValue {
        .members([
            "changes": .array(
                items.filter { item in item.kind != "account" || item.publicKey.map(isShown) ?? true }.map { item in
                    .members([
                        "action": .string(item.action.rawValue), "kind": .string(item.kind),
                        "name": .string(item.name), "public_key": item.publicKey.map { .string($0) },
                        "version": item.version.map { .string($0.hex) },
                        "issued_at": item.issuedAt.map { .integer($0) },
                    ])
                }),
            "warnings": .texts(withWarnings ? warnings : openWarnings),
        ])
    }

    /// The report in the answer to a change.
    public init(_ answer: JSONValue) {
        self.init()
        items = (answer["changes"]?.elements ?? []).compactMap { json in
            guard let action = json["action"]?.text.flatMap(Item.Action.init(rawValue:)) else { return nil }
            return Item(
                action: action, kind: json["kind"]?.text ?? "", name: json["name"]?.text ?? "",
                publicKey: json["public_key"]?.text, version: json["version"]?.text.flatMap(TokenVersion.init(hex:)),
                issuedAt: json["issued_at"]?.integer)
        }
        warnings = answer["warnings"]?.textElements ?? []
    }
}

import Administration
import Claims

/// One edit of an account as a body: an object with one member, which names the edit.
extension AccountEdit {
    private static func subject(_ about: String) -> Schema.Member { .optional("subject", .text(about, most: 1_024)) }

    private static let service = Schema.Member.optional("service", .flag("Whether a service is meant."))
    private static let importer = Schema.Member.required("account", .text("The importer's key, or *.", most: 256))
    private static let user = Schema.Member.required("user", .text("Its name, its key, or * for all.", most: 256))
    private static let through = Schema.Member.optional(
        "through", .integer("Unix seconds; by default everything issued so far.", 0...253_402_300_799))

    /// The members that an edit may have, by its name.
    private static let schemas: [(name: String, schema: Schema)] = [
        (
            "settings",
            adding([.optional("signing_keys", EditForms.list("`generate`, or keys.").schema)], EditForms.account)
        ),
        ("add_export", adding([.required("subject", .text("", most: 1_024))], EditForms.export)),
        ("edit_export", adding([subject("By default the only export.")], EditForms.export)),
        ("delete_export", .object("", [subject("By default the only export.")])),
        ("add_import", EditForms.newImport.schema),
        (
            "delete_import",
            .object(
                "", [subject("There or here."), .optional("account", .text("The exporting account.", most: 256))])
        ),
        ("add_mapping", EditForms.mapping.schema),
        (
            "delete_mapping",
            .object(
                "",
                [
                    .required("from", .text("", most: 1_024)),
                    .optional("to", .text("By default all of them.", most: 1_024)),
                    .optional("cluster", .text("", most: 256)),
                ])
        ),
        (
            "roles",
            adding(
                [.required("keys", .list(.text("`generate`, a key, or a role.", most: 256), "", most: 100))],
                EditForms.role)
        ),
        ("callout", EditForms.callout.schema),
        ("revoke_user", .object("", [user, through])),
        ("restore_user", .object("", [user])),
        ("revoke_activation", .object("", [subject("By default the only export."), service, importer, through])),
        ("restore_activation", .object("", [subject("By default the only export."), service, importer])),
    ]

    static let schema = Schema.object(
        "One edit of an account: exactly one of its members but `signer` and `force`.",
        schemas.map { .optional($0.name, $0.schema) } + [
            .optional("signer", .text("The key to sign with, as one names it.", most: 256)),
            .optional("force", .flag("Whether what policies govern is edited by hand, too.")),
        ])

    private static func adding<Value>(_ members: [Schema.Member], _ form: EditForm<Value>) -> Schema {
        .object(form.about, members + form.fields.map(\.member))
    }

    // MARK: Writing

    var json: JSONValue {
        switch self {
        case .settings(let edits, let keys):
            let body = EditForms.account.json(edits)
            return .members([
                "settings": keys.isEmpty ? body : body.adding("signing_keys", EditForms.list("").json(keys))
            ])
        case .addExport(let subject, let edits):
            return .members(["add_export": EditForms.export.json(edits).adding("subject", .string(subject))])
        case .editExport(let subject, let edits):
            return .members([
                "edit_export": EditForms.export.json(edits).adding("subject", subject.map { .string($0) })
            ])
        case .deleteExport(let subject):
            return .members(["delete_export": .members(["subject": subject.map { .string($0) }])])
        case .addImport(let new): return .members(["add_import": EditForms.newImport.json(new)])
        case .deleteImport(let subject, let source):
            return .members([
                "delete_import": .members([
                    "subject": subject.map { .string($0) }, "account": source.map { .string($0.text) },
                ])
            ])
        case .addMapping(let new): return .members(["add_mapping": EditForms.mapping.json(new)])
        case .deleteMapping(let source, let destination, let cluster):
            return .members([
                "delete_mapping": .members([
                    "from": .string(source), "to": destination.map { .string($0) },
                    "cluster": cluster.map { .string($0) },
                ])
            ])
        case .roles(let keys, let edits):
            return .members(["roles": EditForms.role.json(edits).adding("keys", .texts(keys))])
        case .callout(let edits): return .members(["callout": EditForms.callout.json(edits)])
        case .revokeUser(let user, let time):
            return .members([
                "revoke_user": .members(["user": .string(user.text), "through": time.map { .integer($0) }])
            ])
        case .restoreUser(let user): return .members(["restore_user": .members(["user": .string(user.text)])])
        case .revokeActivation(let export, let importer, let time):
            return .members([
                "revoke_activation": Self.json(export, importer).adding("through", time.map { .integer($0) })
            ])
        case .restoreActivation(let export, let importer):
            return .members(["restore_activation": Self.json(export, importer)])
        }
    }

    private static func json(_ export: ExportReference, _ importer: EntityReference) -> JSONValue {
        .members([
            "subject": export.subject.map { .string($0) }, "service": export.isService.map { .bool($0) },
            "account": .string(importer.text),
        ])
    }

    // MARK: Reading

    /// Reads what was checked against the schema.
    init(_ body: JSONValue) throws(Problem) {
        let names = Self.schemas.map(\.name).filter { body[$0] != nil }
        guard names.count == 1, let name = names.first, let part = body[name] else {
            throw Problem.invalid("", "must have exactly one edit")
        }
        func reference(_ name: String) -> EntityReference { EntityReference(part[name]?.text ?? "") }
        let subject = part["subject"]?.text
        let export = ExportReference(subject: subject, isService: part["service"]?.flag)
        switch name {
        case "settings":
            let keys = EditForms.list("").reading(part["signing_keys"], into: ListEdits())
            self = .settings(EditForms.account.reading(part, into: AccountEdits()), signingKeys: keys)
        case "add_export": self = .addExport(subject ?? "", EditForms.export.reading(part, into: ExportEdits()))
        case "edit_export": self = .editExport(subject, EditForms.export.reading(part, into: ExportEdits()))
        case "delete_export": self = .deleteExport(subject)
        case "add_import": self = .addImport(EditForms.newImport.reading(part, into: NewImport()))
        case "delete_import":
            self = .deleteImport(subject, from: part["account"]?.text.map { EntityReference($0) })
        case "add_mapping": self = .addMapping(EditForms.mapping.reading(part, into: NewMapping(from: "", to: "")))
        case "delete_mapping":
            self = .deleteMapping(
                from: part["from"]?.text ?? "", to: part["to"]?.text, cluster: part["cluster"]?.text)
        case "roles":
            self = .roles(part["keys"]?.textElements ?? [], EditForms.role.reading(part, into: RoleEdits()))
        case "callout": self = .callout(EditForms.callout.reading(part, into: CalloutEdits()))
        case "revoke_user": self = .revokeUser(reference("user"), through: part["through"]?.integer)
        case "restore_user": self = .restoreUser(reference("user"))
        case "revoke_activation":
            self = .revokeActivation(export, for: reference("account"), through: part["through"]?.integer)
        default: self = .restoreActivation(export, for: reference("account"))
        }
    }
}

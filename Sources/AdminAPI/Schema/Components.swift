import Administration
import Claims

/// The shapes that several operations share, by name.
enum Components {
    /// In the order of their names.
    static let all: [String: Schema] = [
        "Account": account,
        "AccountEdit": AccountEdit.schema,
        "AccountLimits": AccountLimits.schema,
        "AccountSettings": .object("What may be changed of an account from inside.", settings),
        "AddedAccount": .object(
            "An account that is made.",
            [
                .required("name", .text("", most: 256)),
                .optional(
                    "public_key",
                    .text("The account's key, where it was made elsewhere.", most: 56, pattern: TextForm.accountKey)),
                .optional("default_permissions", EditForms.permissions.schema),
                .optional("signer", .text("The key to sign with, as one names it.", most: 256)),
            ] + validity),
        "Ceiling": ceiling,
        "Distribution": distribution,
        "Done": .object(
            "It is gone.", [.required("deleted", .flag())]),
        "Export": Export.schema,
        "Grant": grant,
        "Import": Import.schema,
        "Mapping": mapping,
        "NewAccount": .object(
            "An account as it is to be.",
            settings + [
                .optional("limits", .component("AccountLimits")),
                .optional(
                    "public_key",
                    .text("The account's key, where it was made elsewhere.", most: 56, pattern: TextForm.accountKey)),
            ] + validity),
        "NewUser": .object(
            "A user that is made.",
            [
                .required("name", .text("", most: 256)),
                .optional(
                    "public_key",
                    .text("The user's key, where it was made elsewhere.", most: 56, pattern: TextForm.userKey)),
                .optional("limits", EditForms.userLimits.schema), .optional("tags", tags),
                .optional(
                    "seal_to",
                    .text("A curve key that credentials are sealed to.", most: 56, pattern: TextForm.curveKey)),
                .optional(
                    "unmanaged",
                    .flag("Whether it may be without a role where policies govern, or what they do not allow.")),
            ] + validity),
        "Operation": LongOperations.schema,
        "Operator": operatorSchema,
        "OperatorEdits": .object(
            EditForms.operatorEdits.about,
            EditForms.operatorEdits.fields.map(\.member) + [
                .optional("signer", .text("The key to sign with, as one names it.", most: 256))
            ]),
        "OperatorSettings": OperatorSettings.schema,
        "Permissions": Permissions.schema,
        "Problem": problem,
        "Role": role,
        "Token": token,
        "User": user,
        "UserEdits": .object(
            EditForms.user.about,
            EditForms.user.fields.map(\.member) + [
                .optional("role", .text("The role that the user is to have, or a key that signs it.", most: 256)),
                .optional("force", .flag("Whether what policies govern is edited by hand, too.")),
            ]),
        "UserLimits": UserPermissionLimits.schema,
    ]

    static func schema(_ name: String) -> Schema { all[name] ?? .any }

    // MARK: Entities

    static let validity: [Schema.Member] = [
        .optional(
            "expires", .integer("The last Unix second in which the token counts; 0 for ever.", 0...253_402_300_799)),
        .optional("not_before", .integer("The first Unix second; 0 for always.", 0...253_402_300_799)),
    ]

    private static let tags = Schema.list(.text("", most: 256), "Lower-case words, or key:value pairs.", most: 100)

    private static let settings: [Schema.Member] = [
        .optional("description", .text()),
        .optional("info_url", .text()),
        .optional("tags", tags),
        .optional("default_permissions", .component("Permissions")),
    ]

    /// What every entity of the directory shows of its token.
    private static let identity: [Schema.Member] = [
        .shown("name", .text()),
        .shown("version", .text("The SHA-256 of the current token.", most: 64)), .shown("issuer", .text()),
        .shown("issued_at", .integer()),
    ]

    private static let account = Schema.object(
        "An account.",
        identity + settings + [
            .shown("jwt", .text("The token, where one account was asked for.", most: 1_048_576)),
            .shown("public_key", .text()), .shown("operator", .text()), .shown("limits", .component("AccountLimits")),
            .shown("signing_keys", .list(.text())), .shown("roles", .list(.text())), .shown("exports", .integer()),
            .shown("imports", .integer()),
            .shown("fault", .text("In a list: why nothing more is shown of an account.")),
        ])

    private static let operatorSchema = Schema.object(
        "An operator: who vouches for accounts.",
        identity + validity + [
            .shown("jwt", .text("The token, where one operator was asked for.", most: 1_048_576)),
            .shown("public_key", .text()), .shown("tags", .list(.text())), .shown("system_account", .text()),
            .shown("signing_keys", .list(.text())),
            .shown("account_server_url", .text()), .shown("service_urls", .list(.text())),
            .shown("require_signing_keys", .flag()),
        ])

    private static let role = Schema.object(
        "A role: a key of an account that signs users, with what they may do.",
        [
            .shown("name", .text()), .shown("public_key", .text()), .optional("description", .text()),
            .required("template", .component("UserLimits")),
        ])

    private static let user = Schema.object(
        "A user of an account.",
        identity + validity + [
            .optional(
                "public_key", .text("The user's key, where it was made elsewhere.", most: 56, pattern: TextForm.userKey)
            ),
            .optional("role", .text("The role that the user has; without one it has limits of its own.", most: 256)),
            .optional("limits", .component("UserLimits")),
            .optional("tags", tags),
            .optional(
                "seal_to",
                .text("A curve key that credentials are sealed to.", most: 56, pattern: TextForm.curveKey)),
            .shown("account", .text()), .shown("revoked", .flag()),
            .shown("creds", .text("The credentials, once, where the key was made here.")),
            .shown("fault", .text("Why the user cannot sign in any more.")),
            .shown("sealed_creds", .text("The same, sealed to `seal_to` by `sealed_by`, in base64url.")),
            .shown("sealed_by", .text()), .shown("jwt", .text("The user's token, once.")),
        ])

    private static let mapping = Schema.object(
        "The destinations of a subject.",
        [
            .shown("subject", .text()),
            .required("destinations", .list(WeightedMapping.schema, "", most: 100)),
        ])

    // MARK: Access

    private static let ceiling: Schema = {
        let subjects = Schema.list(.text("A pattern.", most: 1_024), "", most: 1_000)
        let number = Schema.integer("", 1...Schema.exactIntegers.upperBound)
        return .object(
            "What may be issued at most.",
            [
                .optional("lifetime", number), .optional("subscriptions", number), .optional("payload", number),
                .optional("publish", subjects), .optional("subscribe", subjects),
            ])
    }()

    private static let grant = Schema.object(
        "A role, and where it counts.",
        [
            .required("role", .text("", oneOf: AccessRole.allCases.map(\.rawValue))),
            .optional("operator", .text("", most: 56, pattern: TextForm.operatorKey)),
            .optional("account", .text("", most: 56, pattern: TextForm.accountKey)),
            .optional("signing_role", .text("Of an issuer: the role whose users it issues.", most: 256)),
            .optional("ceiling", .component("Ceiling")),
        ])

    private static let token = Schema.object(
        "Access to the service.",
        [
            .required("name", .text("", most: AccessToken.longestName)),
            .required("grants", .list(.component("Grant"), "", most: 32)),
            .optional("expires", .integer("The last Unix second in which it counts.", 0...253_402_300_799)),
            .optional(
                "public_key",
                .text("A user key that signs challenges, instead of a secret.", most: 56, pattern: TextForm.userKey)),
            .optional(
                "fingerprint",
                .text("The SHA-256 of a client certificate, instead of a secret.", most: 64, pattern: TextForm.digest)),
            .shown("id", .text()), .shown("kind", .text()), .shown("created_at", .integer()),
            .shown("created_by", .text()), .shown("revoked_at", .integer()),
            .shown(
                "places",
                .list(
                    .object(
                        "",
                        [
                            .required("role", .text()), .required("operator", .text()), .optional("account", .text()),
                            .required("path", .text()),
                        ]), "Of oneself: where the grants count, by name.")),
            .shown("revoked_with", .list(.text(), "The ids of what was taken back with it.")),
            .shown("token", .text("The token itself, once.")),
        ])

    // MARK: Servers

    private static let distribution = Schema.object(
        "What became of a change on the servers.",
        [
            .required("in_force", .flag("Whether every server has it.")),
            .required(
                "servers",
                .list(
                    .object(
                        "",
                        [
                            .required("server", .text()), .required("account", .text()),
                            .required("state", .text("", oneOf: ["in_force", "refused", "silent", "lingering"])),
                            .optional("detail", .text("The server's words, where it refused.")),
                            .optional(
                                "connections",
                                .integer(
                                    "How many connections that the change ends are still there; 0 once they are gone.")),
                        ]))),
            .optional("detail", .text("Why no server could be asked.")),
        ])

    /// What the answer to every change may have beside what it is about.
    static let change: [Schema.Member] =
        [
            .shown("distribution", .component("Distribution")),
            .shown(
                "secret_delivered", .flag("Whether a secret left with the first answer, which is repeated without it.")),
        ] + ChangeReport.members

    // MARK: Problems

    private static let problem = Schema.object(
        "What went wrong (RFC 9457).",
        [
            .required("type", .text("", oneOf: ProblemType.allCases.map { "/problems/\($0.rawValue)" })),
            .required("title", .text()), .required("status", .integer("", 400...599)),
            .required("code", .text("", oneOf: ProblemType.allCases.map(\.rawValue))),
            .required("detail", .text()), .optional("remedy", .text("What to do next, in words of the command line.")),
            .optional("cause", .text("The directory's own name for what is wrong.")),
            .required("request", .text("The request's id.")),
            .optional("audit_id", .text("The record of the refusal.")), .required("retryable", .flag()),
            .optional(
                "errors",
                .list(
                    .object(
                        "",
                        [
                            .required("pointer", .text("A JSON pointer into the body, or a parameter.")),
                            .required("code", .text()), .required("detail", .text()),
                        ]))),
        ])
}

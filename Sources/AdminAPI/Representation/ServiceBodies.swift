public import Administration
public import Claims
import NKeys
public import Policy

/// What those who ask the API send to it.
public enum ServiceBodies {
    /// An edit of an account.
    ///
    /// - Parameter signer: the key to sign with, as a person names it.
    public static func edit(_ edit: AccountEdit, signer: String?, overridingPolicies: Bool) -> JSONValue {
        edit.json.adding("signer", signer.map { .string($0) })
            .adding("force", overridingPolicies ? .bool(true) : nil)
    }

    /// A set of policies.
    ///
    /// - Parameter deletesRoles: whether roles may vanish although similar ones appear.
    public static func policies(_ texts: PolicyTexts, deletesRoles: Bool = false) -> JSONValue {
        var files: TextDictionary<JSONValue> = [:]
        for (path, bytes) in texts.files { files[path] = .string(String(decoding: bytes, as: UTF8.self)) }
        return .members([
            "files": .object(files), "environment": texts.environment.map { .string($0) },
            "delete_roles": deletesRoles ? .bool(true) : nil,
        ])
    }

    /// Accounts that are to be written out as files; none for all.
    public static func export(_ names: [EntityReference]) -> JSONValue {
        .members(["accounts": names.isEmpty ? nil : .texts(names.map(\.text))])
    }

    /// What is in force, and a set.
    public static func comparison(with texts: PolicyTexts) -> JSONValue {
        .members(["new": policies(texts)])
    }

    /// A plan that is to be applied.
    ///
    /// - Parameter insisting: whether even what was revoked by hand is signed anew.
    public static func apply(plan: String, insisting: Bool) -> JSONValue {
        .members(["plan": .string(plan), "force": insisting ? .bool(true) : nil])
    }

    /// Why somebody may or may not do something, by what is in force.
    ///
    /// - Parameters:
    ///   - user: the user, or
    ///   - holder: a role with its account, and the name and the tags of somebody in it.
    public static func explanation(
        of sentence: String, user: String?, holder: (role: String, account: String, name: String?, tags: [String])?,
        engine: String
    ) -> JSONValue {
        .members([
            "sentence": .string(sentence), "engine": .string(engine), "as": user.map { .string($0) },
            "role": holder.map { .string($0.role) }, "account": holder.map { .string($0.account) },
            "name": holder?.name.map { .string($0) },
            "tags": holder.flatMap { $0.tags.isEmpty ? nil : .texts($0.tags) },
        ])
    }

    /// Who can do something with a subject, by what is in force.
    public static func whoCan(
        _ subject: String, act: String?, account: String, from: String?, engine: String
    ) -> JSONValue {
        .members([
            "subject": .string(subject), "act": act.map { .string($0) }, "account": .string(account),
            "from": from.map { .string($0) }, "engine": .string(engine),
        ])
    }

    /// What leaves an account and enters it, by what is in force.
    public static func reach(_ account: String, engine: String) -> JSONValue {
        .members(["account": .string(account), "engine": .string(engine)])
    }

    /// What the check of a log may be told.
    ///
    /// - Parameter key: the verifier key that the log must begin with.
    public static func verification(key: String?) -> JSONValue {
        .members(["key": key.map { .string($0) }])
    }

    /// Changes to an operator.
    public static func edits(_ edits: OperatorEdits, signer: String?) -> JSONValue {
        EditForms.operatorEdits.json(edits).adding("signer", signer.map { .string($0) })
    }

    public static func account(_ new: NewAccount, signer: String?) -> JSONValue {
        JSONValue.members([
            "name": .string(new.name), "public_key": new.publicKey.map { .string($0.text) },
            "signer": signer.map { .string($0) },
            "default_permissions": new.defaultPermissions.isEmpty
                ? nil : EditForms.permissions.json(new.defaultPermissions),
        ]).adding(EditForms.validity.json(new.validity))
    }

    public static func user(_ new: NewUser) -> JSONValue {
        JSONValue.members([
            "name": .string(new.name), "public_key": new.publicKey.map { .string($0.text) },
            "limits": new.limits.isEmpty ? nil : EditForms.userLimits.json(new.limits),
            "tags": new.tags.isEmpty ? nil : .texts(new.tags), "unmanaged": new.isUnmanaged ? .bool(true) : nil,
        ]).adding(EditForms.validity.json(new.validity))
    }

    public static func edits(_ edits: UserEdits, role: String?, overridingPolicies: Bool) -> JSONValue {
        EditForms.user.json(edits).adding("role", role.map { .string($0) })
            .adding("force", overridingPolicies ? .bool(true) : nil)
    }
}

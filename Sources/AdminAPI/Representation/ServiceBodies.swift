public import Administration
public import Claims
import NKeys

/// What those who ask the API send to it.
public enum ServiceBodies {
    /// An edit of an account.
    ///
    /// - Parameter signer: the key to sign with, as a person names it.
    public static func edit(_ edit: AccountEdit, signer: String?, overridingPolicies: Bool) -> JSONValue {
        edit.json.adding("signer", signer.map { .string($0) })
            .adding("force", overridingPolicies ? .bool(true) : nil)
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

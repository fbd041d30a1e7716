/// One edit of an account, as a command describes it. The command line and the service carry it out alike.
public enum AccountEdit: Sendable, Hashable {
    /// Limits, default permissions, what describes it, and signing keys; without any edit the account is signed again.
    case settings(AccountEdits, signingKeys: ListEdits)
    /// An export of a subject.
    case addExport(String, ExportEdits)
    /// Another form of an export; without a subject of the only one.
    case editExport(String?, ExportEdits)
    case deleteExport(String?)
    case addImport(NewImport)
    case deleteImport(String?, from: EntityReference?)
    case addMapping(NewMapping)
    case deleteMapping(from: String, to: String?, cluster: String?)
    /// Roles, each named by its key, its name, or `generate`.
    case roles([String], RoleEdits)
    /// Who decides about connections.
    case callout(CalloutEdits)
    /// What was issued to a user, named by its name, its key or `*`, until a time.
    case revokeUser(EntityReference, through: Int64?)
    case restoreUser(EntityReference)
    /// What was issued to an importing account for an export, until a time.
    case revokeActivation(ExportReference, for: EntityReference, through: Int64?)
    case restoreActivation(ExportReference, for: EntityReference)
}

extension Change {
    /// Carries out one edit of the account of a place.
    public func carryOut(_ edit: AccountEdit, at place: Place, signer: SignerChoice = .automatic) throws {
        switch edit {
        case .settings(let edits, let keys):
            try editAccount(at: place, edits, signingKeys: keys, resigning: true, signer: signer)
        case .addExport(let subject, let edits): try addExport(subject, edits, at: place, signer: signer)
        case .editExport(let subject, let edits): try editExport(subject, edits, at: place, signer: signer)
        case .deleteExport(let subject): try deleteExport(subject, at: place, signer: signer)
        case .addImport(let new): try addImport(new, at: place, signer: signer)
        case .deleteImport(let subject, let source): try deleteImport(subject, from: source, at: place, signer: signer)
        case .addMapping(let new): try addMapping(new, at: place, signer: signer)
        case .deleteMapping(let source, let destination, let cluster):
            try deleteMapping(from: source, to: destination, cluster: cluster, at: place, signer: signer)
        case .roles(let keys, let edits): try editSigningKeys(keys, at: place, edits, signer: signer)
        case .callout(let edits): try editCallout(at: place, edits, signer: signer)
        case .revokeUser(let user, let time): try revokeUser(user, at: place, through: time, signer: signer)
        case .restoreUser(let user): try deleteRevocation(user, at: place, signer: signer)
        case .revokeActivation(let export, let importer, let time):
            try revokeActivation(export, for: importer, at: place, through: time, signer: signer)
        case .restoreActivation(let export, let importer):
            try deleteActivationRevocation(export, for: importer, at: place, signer: signer)
        }
    }
}

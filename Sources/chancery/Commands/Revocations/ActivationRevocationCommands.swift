import Administration
import ArgumentParser
import Claims
import NKeys

/// `chancery revocations add_activation`
struct AddActivationRevocationCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "add_activation", abstract: "Revoke the activations that an account got for an export.",
        aliases: ["add-activation"])
    static let example = "chancery revocations add_activation --account SALES --subject orders.place -t SHOP"

    @OptionGroup var export: ActivationExportOptions
    @OptionGroup var target: ActivationTargetOptions
    @Option(moment: "What was issued until then; by default until now.")
    var at: Int64?
    @OptionGroup var change: ChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        try place.edit(
            "revocations add_activation",
            .revokeActivation(export.reference, for: target.reference, through: at), change)
    }
}

/// `chancery revocations delete_activation`
struct DeleteActivationRevocationCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "delete_activation", abstract: "Take the revocation of an account's activations back.",
        aliases: ["delete-activation"])
    static let example = "chancery revocations delete_activation --account SALES --subject orders.place -t SHOP"

    @OptionGroup var export: ActivationExportOptions
    @OptionGroup var target: ActivationTargetOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        try place.edit(
            "revocations delete_activation", .restoreActivation(export.reference, for: target.reference), change)
    }
}

/// `chancery revocations list_activations`
struct ListActivationRevocationsCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "list_activations", abstract: "List the activations that are revoked in an account.",
        aliases: ["list-activations"])
    static let example = "chancery revocations list_activations --account SALES"

    @OptionGroup var export: ActivationExportOptions
    @OptionGroup var place: PlaceOptions

    private struct Listed: Encodable {
        var subject: String
        var type: String
        var target_account: String
        var name: String?
        var revoked_at: Int64
        var revoked_at_time: String
    }

    func run() throws {
        let (account, entries) = try place.directory.service.map(far) ?? near()
        if place.directory.json { return try entries.forEach { try JSONOutput.line($0) } }
        var table = Table(
            title: "Revoked Activations for \(account)",
            header: ["Export", "Target Account", "Name", "Revoke Activations Before"])
        for entry in entries {
            let name = entry.target_account == RevocationList.everyone ? "(everyone)" : entry.name ?? ""
            table.add("\(entry.type) \(entry.subject)", entry.target_account, name, entry.revoked_at_time)
        }
        Console.data(table.text(width: Console.width))
    }

    private func near() throws -> (String, [Listed]) {
        try place.directory.open().read { reader in
            let account = try reader.account(at: place.place)
            return (
                account.name,
                try account.claims().exports.filter(isWanted).flatMap { export in
                    try listed(export) { try reader.accountName($0) }
                }
            )
        }
    }

    private func far(_ service: RemoteService) throws -> (String, [Listed]) {
        let account = try service.account(at: place.place)
        let (name, token) = try service.accountToken(account)
        let claims = try AccountClaims.decode(token.text)
        let names = service.accountNames(in: token, of: account.operator)
        return (name, claims.exports.filter(isWanted).flatMap { export in listed(export) { names[$0.text] } })
    }

    private func isWanted(_ element: Export) -> Bool {
        (export.subject == nil || export.subject == element.subject)
            && (export.service == nil || export.service == (element.type == .service))
    }

    private func listed(_ element: Export, _ name: (PublicKey) throws -> String?) rethrows -> [Listed] {
        try element.revocations.entries.sorted { $0.key < $1.key }.map { key, time in
            Listed(
                subject: element.subject, type: element.type.name, target_account: key,
                name: try EntityReference(key).publicKey.flatMap(name), revoked_at: time,
                revoked_at_time: CivilDate.text(unixSeconds: time))
        }
    }
}

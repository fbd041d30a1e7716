import Administration
import ArgumentParser
import Claims
import NKeys

/// `chancery revocations list-users`
struct ListRevocationsCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "list-users", abstract: "List the users that are revoked in an account.",
        aliases: ["list_users"])
    static let example = "chancery revocations list-users --account SALES"

    @OptionGroup var place: PlaceOptions

    private struct Listed: Encodable {
        var public_key: String
        var name: String?
        var revoked_at: Int64
        var revoked_at_time: String
    }

    func run() throws {
        let (account, revocations, names) = try place.directory.service.map(far) ?? near()
        let byKey = Dictionary(names) { first, _ in first }
        let entries = revocations.entries.sorted { $0.key < $1.key }.map { key, time in
            Listed(
                public_key: key, name: byKey[key], revoked_at: time,
                revoked_at_time: CivilDate.text(unixSeconds: time))
        }
        if place.directory.json { return try entries.forEach { try JSONOutput.line($0) } }
        var table = Table(
            title: "Revoked Users for \(account)", header: ["Public Key", "Name", "Revoke Credentials Before"])
        for entry in entries {
            table.add(
                entry.public_key, entry.public_key == "*" ? "(everyone)" : entry.name ?? "", entry.revoked_at_time)
        }
        Console.data(table.text(width: Console.width))
    }

    /// The account's name, what it revokes, and its users by their keys.
    private typealias Found = (String, RevocationList, [(String, String)])

    private func near() throws -> Found {
        try place.directory.open().read { reader in
            let account = try reader.account(at: place.place)
            let names = try reader.users(of: account).map { ($0.publicKey.text, $0.name) }
            return (account.name, try account.claims().revocations, names)
        }
    }

    private func far(_ service: RemoteService) throws -> Found {
        let account = try service.account(at: place.place)
        let (name, token) = try service.accountToken(account)
        let names = try service.list(account.path + "/users").map { ListedEntity($0) }
        return (name, try AccountClaims.decode(token.text).revocations, names.map { ($0.public_key, $0.name) })
    }
}

import GRDB
public import NKeys

/// Which keys of the directory are meant. Without any wish, all of them.
public struct KeyFilter: Sendable, Hashable {
    /// The kinds that are wanted; empty for every kind.
    public var kinds: [KeyKind] = []
    /// The account whose keys are wanted: its own, its signing keys and its users'.
    public var account: EntityReference?
    /// The user whose key is wanted, by name or key; the account says in which account.
    public var user: EntityReference?
    /// A text that the key, or the name of what it stands for, must hold.
    public var text: String?
    /// Whether only keys are wanted that nothing refers to.
    public var notReferenced = false

    public init() {}
}

/// A key with the name of what it stands for.
public struct NamedKey: Sendable, Hashable {
    /// The key.
    public let key: KeyEntry
    /// The name of the operator, account or user; of a signing key, that of its owner; nil where nothing refers to it.
    public let name: String?
}

extension DirectoryReader {
    /// The keys that a filter wants, by their text.
    public func keys(matching filter: KeyFilter, at place: Place) throws -> [NamedKey] {
        var place = place
        if let account = filter.account { place.account = account }
        let account = try filter.account.map { _ in try self.account(at: place).publicKey.text }
        let user = try filter.user.map { reference in
            try reference.publicKey?.text ?? self.user(reference, of: self.account(at: place)).publicKey.text
        }
        let names = try names()
        return try keys().compactMap { key in
            let text = key.publicKey.text
            let name = names[text] ?? key.owner.flatMap { names[$0] }
            guard filter.kinds.isEmpty || filter.kinds.contains(key.publicKey.kind),
                account == nil || account == text || account == key.owner, user == nil || user == text,
                !filter.notReferenced || !key.isReferenced,
                filter.text.map({ text.contains($0) || name?.contains($0) == true }) ?? true
            else { return nil }
            return NamedKey(key: key, name: name)
        }
    }

    /// The names of everything that has one, by its key.
    private func names() throws -> [String: String] {
        let sql = """
            SELECT public_key, name FROM users UNION ALL SELECT public_key, name FROM accounts
            UNION ALL SELECT public_key, name FROM operators
            """
        let rows = try Row.fetchAll(database, sql: sql).map {
            (try $0.text("public_key").orDamaged(), try $0.text("name").orDamaged())
        }
        return Dictionary(rows) { first, _ in first }
    }
}

extension KeyEntry {
    /// Whether something refers to the key. A callout's curve key is kept for its account.
    public var isReferenced: Bool { purpose != .stored || owner != nil }
}

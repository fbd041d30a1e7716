import Claims
import GRDB
public import NKeys

extension Change {
    /// Makes a key pair and keeps its seed in the sealed keyring.
    func makeKey(
        _ kind: KeyKind, purpose: KeyEntry.Purpose, role: String? = nil, owner: PublicKey?
    ) throws -> KeyPair {
        let pair = KeyPair.generate(kind, random: surroundings.random)
        try register(pair.publicKey, purpose: purpose, role: role, owner: owner)
        try keyring.keep(pair)
        return pair
    }

    /// Makes a key pair that nothing refers to yet, and keeps its seed.
    public func storeKey(_ pair: KeyPair) throws {
        try register(pair.publicKey, purpose: .stored, owner: nil)
        try keyring.keep(pair)
        note(.added, "key", pair.publicKey.kind.name, key: pair.publicKey.text)
    }

    /// Notes what a public key is for.
    func register(
        _ key: PublicKey, purpose: KeyEntry.Purpose, role: String? = nil, owner: PublicKey?
    ) throws {
        try leavingOut {
            try database.run(
                sql: """
                    INSERT INTO keys (public_key, kind, purpose, role, owner, created_at) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (public_key) DO UPDATE
                    SET purpose = excluded.purpose, role = excluded.role, owner = excluded.owner
                    """,
                arguments: [key.text, key.kind.name, purpose.rawValue, role, owner?.text, now])
        }
    }

    /// Notes that nothing refers to a key any more. Its seed stays.
    func release(_ key: String) throws {
        try database.run(
            sql: "UPDATE keys SET purpose = 'stored', role = NULL, owner = NULL WHERE public_key = ?",
            arguments: [key])
    }

    /// The identity of something new: the key that was given, or a new one.
    func identity(
        _ kind: KeyKind, given: PublicKey?, owner: PublicKey?
    ) throws -> PublicKey {
        guard let given else { return try makeKey(kind, purpose: .identity, owner: owner).publicKey }
        guard given.kind == kind else {
            throw AdministrationError(
                .invalidValue, "\(given) is the public key of a kind \"\(given.kind.name)\", not \"\(kind.name)\"",
                remedy: "give a key that begins with \(kind.letter)")
        }
        try register(given, purpose: .identity, owner: owner)
        return given
    }

    /// The signing key that a person asked for: `generate` for a new one, or a public key.
    func signingKey(
        _ text: String, _ kind: KeyKind, purpose: KeyEntry.Purpose, role: String? = nil, owner: PublicKey
    ) throws -> PublicKey {
        if text.lowercased() == "generate" {
            return try makeKey(kind, purpose: purpose, role: role, owner: owner).publicKey
        }
        guard let key = EntityReference(text).publicKey, key.kind == kind else {
            throw AdministrationError(
                .invalidValue, "\"\(text)\" is not \(kind == .user ? "a" : "an") \(kind.name) public key",
                remedy: "give one, or \"generate\" for a new one")
        }
        guard key != owner else {
            throw AdministrationError(
                .invalidValue, "\(key) is the identity itself, and no signing key of it",
                remedy: "give another key, or \"generate\" for a new one")
        }
        try register(key, purpose: purpose, role: role, owner: owner)
        return key
    }
}

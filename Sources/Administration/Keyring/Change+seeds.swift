public import NKeys
public import Secrets

/// A seed on its way out of the keyring.
public struct ExportedSeed: Sendable {
    /// Whose seed it is.
    public let publicKey: PublicKey
    /// Its 58 characters.
    public let seed: Secret
}

extension Change {
    /// Hands seeds out, each of which is noted. Keys whose seeds are elsewhere are left out.
    public func exportSeeds(_ keys: [PublicKey]) throws -> [ExportedSeed] {
        try keys.compactMap { key in
            guard let pair = try keyring.keyPair(key) else { return nil }
            note(.exported, "seed", "", key: key.text)
            return ExportedSeed(publicKey: key, seed: pair.seed)
        }
    }

    /// Deletes seeds from the keyring.
    public func forgetSeeds(_ keys: [PublicKey]) throws {
        for key in keys where try keyring.holds(key) {
            try keyring.forget(key)
            note(.deleted, "seed", "", key: key.text)
        }
    }

    /// Keeps key pairs that were made elsewhere. What the directory knows about their public keys stays.
    public func importSeeds(_ pairs: [KeyPair]) throws {
        for pair in pairs {
            guard try !keyring.holds(pair.publicKey) else { continue }
            if try reader.key(pair.publicKey) == nil { try register(pair.publicKey, purpose: .stored, owner: nil) }
            try keyring.keep(pair)
            note(.added, "seed", "", key: pair.publicKey.text)
        }
    }
}

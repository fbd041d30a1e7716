import FoundationEssentials
import GRDB
import NKeys
import Secrets

extension Keyring {
    /// The seal that the database has, or nil if there is no keyring yet.
    func seal() throws -> KeyringSeal? {
        try database.texts("SELECT seal AS text FROM keyring").first.flatMap { KeyringSeal($0) }
    }

    /// Puts another seal on the data key.
    ///
    /// - Parameter key: what wraps it from now on.
    func changeSeal(to seal: KeyringSeal, key: Secret) throws {
        let dataKey = try existingDataKey()
        let nonce = random.bytes(SealedBox.nonceCount)
        let wrapped = try SealedBox.seal(dataKey, key: key, nonce: nonce, additionalData: Self.wrapLabel)
        try database.run(
            sql: "UPDATE keyring SET seal = ?, nonce = ?, wrapped_key = ?",
            arguments: [seal.text, Data(nonce), Data(wrapped)])
    }

    /// Seals every seed, and the audit key, with a new data key. The caller puts a seal on it in the same transaction.
    func changeDataKey() throws {
        let old = try existingDataKey()
        let new = Secret.random(count: SealedBox.keyCount, from: random)
        for row in try Row.fetchAll(database, sql: "SELECT public_key, nonce, sealed FROM seeds") {
            let key = try row.text("public_key").orDamaged()
            let label = Array(key.utf8)
            guard
                let seed = try? SealedBox.open(
                    row.bytes("sealed").orDamaged(), key: old, nonce: row.bytes("nonce").orDamaged(),
                    additionalData: label)
            else {
                throw AdministrationError(
                    .keyringLocked, "the sealed seed of \(key) does not open: it was altered",
                    remedy: "restore the directory from a backup; nothing was touched")
            }
            let nonce = random.bytes(SealedBox.nonceCount)
            let sealed = try SealedBox.seal(seed, key: new, nonce: nonce, additionalData: label)
            try database.run(
                sql: "UPDATE seeds SET nonce = ?, sealed = ? WHERE public_key = ?",
                arguments: [Data(nonce), Data(sealed), key])
        }
        try resealAuditKeys(from: old, to: new)
        dataKey = new
    }

    /// Opens every seed.
    ///
    /// - Returns: how many there are.
    /// - Throws: an error of code `keyringLocked` for the first that does not open.
    func checkEverySeed() throws -> Int {
        let keys = try database.texts("SELECT public_key AS text FROM seeds")
        for key in keys {
            guard let publicKey = EntityReference(key).publicKey, try keyPair(publicKey) != nil else {
                throw AdministrationError(
                    .keyringLocked, "the sealed seed of \(key) does not open",
                    remedy: "restore the directory from a backup")
            }
        }
        return keys.count
    }
}

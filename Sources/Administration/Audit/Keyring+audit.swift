import FoundationEssentials
import GRDB
import NKeys
import Secrets

// The audit key lies beside the keyring's seeds and not among them: it signs the log and nothing else, is in no list
// of keys, and never leaves.
extension Keyring {
    /// What the sealed seed of an audit key is bound to.
    private static func auditLabel(_ key: PublicKey) -> [UInt8] { Array("chancery audit key 1\n".utf8) + key.rawBytes }

    /// Makes the key that signs the audit log, and keeps its seed.
    func makeAuditKey() throws -> KeyPair {
        let dataKey = try existingOrNewDataKey()
        let pair = KeyPair.generate(.server, random: random)
        let nonce = random.bytes(SealedBox.nonceCount)
        let sealed = try SealedBox.seal(
            pair.seed, key: dataKey, nonce: nonce, additionalData: Self.auditLabel(pair.publicKey))
        try database.run(
            sql: "INSERT INTO audit_keys (public_key, nonce, sealed) VALUES (?, ?, ?)",
            arguments: [Data(pair.publicKey.rawBytes), Data(nonce), Data(sealed)])
        return pair
    }

    /// The key pair that signs the audit log.
    ///
    /// - Throws: an error of code `keyringLocked` if its seed does not open, `auditDamaged` if it is not there.
    func auditKey(_ key: PublicKey) throws -> KeyPair {
        let sql = "SELECT nonce, sealed FROM audit_keys WHERE public_key = ?"
        guard let row = try database.row(sql, [Data(key.rawBytes)]),
            let nonce = row.bytes("nonce"), let sealed = row.bytes("sealed")
        else {
            throw AdministrationError(.auditDamaged, "the seed of the audit key is missing", remedy: AuditLog.remedy)
        }
        let dataKey = try existingDataKey()
        guard let seed = try? SealedBox.open(sealed, key: dataKey, nonce: nonce, additionalData: Self.auditLabel(key)),
            let pair = try? KeyPair(seed: seed), pair.publicKey == key
        else {
            throw AdministrationError(
                .keyringLocked, "the sealed seed of the audit key does not open: it was altered",
                remedy: "restore the directory from a backup")
        }
        return pair
    }

    /// Seals the audit key with another data key. Whoever changes the data key calls this in the same transaction.
    func resealAuditKeys(from old: Secret, to new: Secret) throws {
        for row in try Row.fetchAll(database, sql: "SELECT public_key, nonce, sealed FROM audit_keys") {
            guard let raw = row.bytes("public_key"), let key = try? PublicKey(kind: .server, rawBytes: raw),
                let nonce = row.bytes("nonce"), let sealed = row.bytes("sealed"),
                let seed = try? SealedBox.open(sealed, key: old, nonce: nonce, additionalData: Self.auditLabel(key))
            else {
                throw AdministrationError(
                    .keyringLocked, "the sealed seed of the audit key does not open: it was altered",
                    remedy: "restore the directory from a backup")
            }
            let newNonce = random.bytes(SealedBox.nonceCount)
            let resealed = try SealedBox.seal(seed, key: new, nonce: newNonce, additionalData: Self.auditLabel(key))
            try database.run(
                sql: "UPDATE audit_keys SET nonce = ?, sealed = ? WHERE public_key = ?",
                arguments: [Data(newNonce), Data(resealed), Data(raw)])
        }
    }
}

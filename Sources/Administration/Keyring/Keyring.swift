import FoundationEssentials
import GRDB
import Glibc
import NKeys
import Secrets

/// The sealed seeds of the directory, as seen inside one transaction.
///
/// Each seed is sealed by itself with XChaCha20-Poly1305 under one random data key, with its public key as additional
/// data: a row that is moved to another key does not open. The data key is in the database too, wrapped by the key
/// file or by a passphrase. So the seal can be changed without touching the seeds, and the database alone opens
/// nothing.
final class Keyring {
    /// What the wrapped data key is bound to.
    static let wrapLabel = Array("chancery keyring data key 1".utf8)

    let database: Database
    let home: Home
    /// Asks for the passphrase, where that is the seal.
    private let passphrase: Directory.PassphraseSource?
    let random: RandomSource
    private let now: Int64
    /// Whether everything is undone in the end: then no key file is made either.
    private let isDryRun: Bool
    /// The data key, once it was opened.
    var dataKey: Secret?
    /// What was opened in the same transaction.
    private let opened: OpenedKeys

    init(
        database: Database, home: Home, random: RandomSource, now: Int64, passphrase: Directory.PassphraseSource? = nil,
        isDryRun: Bool = false, opened: OpenedKeys = OpenedKeys()
    ) {
        (self.database, self.home, self.random, self.now) = (database, home, random, now)
        (self.isDryRun, self.opened) = (isDryRun, opened)
        self.passphrase = passphrase
    }

    /// The key pair of a public key, or nil if its seed is not kept here.
    ///
    /// - Throws: an error of code `keyringLocked` if the key file is missing or another one, or a row was altered.
    func keyPair(_ key: PublicKey) throws -> KeyPair? {
        if let known = opened.pair(of: key, database) { return known }
        let sql = "SELECT nonce, sealed FROM seeds WHERE public_key = ?"
        guard let row = try database.row(sql, [key.text]) else { return nil }
        let (nonce, sealed) = (try row.bytes("nonce").orDamaged(), try row.bytes("sealed").orDamaged())
        let dataKey = try existingDataKey()
        let pair = try opened.pair(OpenedKeys.Row(name: key.text, nonce: nonce, sealed: sealed)) {
            guard
                let seed = try? SealedBox.open(
                    sealed, key: dataKey, nonce: nonce, additionalData: Array(key.text.utf8)),
                let pair = try? KeyPair(seed: seed), pair.publicKey == key
            else {
                throw AdministrationError(
                    .keyringLocked, "the sealed seed of \(key) does not open: it was altered",
                    remedy: "restore the directory from a backup")
            }
            return pair
        }
        opened.keep(pair, database)
        return pair
    }

    /// Whether the seed of a key is kept here.
    func holds(_ key: PublicKey) throws -> Bool {
        let sql = "SELECT 1 FROM seeds WHERE public_key = ?"
        return try database.finds(sql, [key.text])
    }

    /// Seals the seed of a pair whose public key is known already. Keeping it twice is the same as once.
    func keep(_ pair: KeyPair) throws {
        let key = try existingOrNewDataKey()
        let nonce = random.bytes(SealedBox.nonceCount)
        let label = Array(pair.publicKey.text.utf8)
        let sealed = try SealedBox.seal(pair.seed, key: key, nonce: nonce, additionalData: label)
        try database.run(
            sql: "INSERT OR IGNORE INTO seeds (public_key, nonce, sealed, created_at) VALUES (?, ?, ?, ?)",
            arguments: [pair.publicKey.text, Data(nonce), Data(sealed), now])
    }

    /// Forgets the seed of a key.
    func forget(_ key: PublicKey) throws {
        try database.run(sql: "DELETE FROM seeds WHERE public_key = ?", arguments: [key.text])
    }

    // MARK: The data key
    // It seals the audit key too: whoever changes it calls `resealAuditKeys` in the same transaction.

    func existingDataKey() throws -> Secret {
        guard let key = try unlock() else {
            throw AdministrationError(
                .keyringLocked, "the directory holds sealed seeds but not the key they were sealed with",
                remedy: "restore the directory from a backup")
        }
        return key
    }

    func existingOrNewDataKey() throws -> Secret {
        if let key = try unlock() { return key }
        let file =
            isDryRun
            ? Secret.random(count: SealedBox.keyCount, from: random)
            : try KeyringFile.readOrMake(home.keyFilePath, random: random)
        let key = Secret.random(count: SealedBox.keyCount, from: random)
        let nonce = random.bytes(SealedBox.nonceCount)
        let wrapped = try SealedBox.seal(key, key: file, nonce: nonce, additionalData: Self.wrapLabel)
        try database.run(
            sql: "INSERT INTO keyring (id, seal, nonce, wrapped_key, created_at) VALUES (1, 'key file', ?, ?, ?)",
            arguments: [Data(nonce), Data(wrapped), now])
        dataKey = key
        return key
    }

    /// The data key, or nil if there is none yet.
    private func unlock() throws -> Secret? {
        if let dataKey { return dataKey }
        if let known = opened.dataKey(database) {
            dataKey = known
            return known
        }
        let sql = "SELECT seal, nonce, wrapped_key FROM keyring"
        guard let row = try database.row(sql) else { return nil }
        let (nonce, wrapped) = (try row.bytes("nonce").orDamaged(), try row.bytes("wrapped_key").orDamaged())
        func unwrapped(_ key: Secret) -> Secret? {
            try? SealedBox.open(wrapped, key: key, nonce: nonce, additionalData: Self.wrapLabel)
        }
        let seal = try row.text("seal").orDamaged()
        let key = try opened.dataKey(OpenedKeys.Row(name: seal, nonce: nonce, sealed: wrapped)) {
            switch KeyringSeal(seal) {
            case .keyFile: return try openWithKeyFile(unwrapped)
            case .passphrase(let parameters): return try openWithPassphrase(parameters, unwrapped)
            case nil:
                throw AdministrationError(
                    .keyringLocked, "the keyring is sealed in a way that this version does not know",
                    remedy: "use a later version of chancery; nothing was touched")
            }
        }
        opened.keep(key, database)
        dataKey = key
        return key
    }

    private func openWithKeyFile(_ unwrapped: (Secret) -> Secret?) throws -> Secret {
        // A process that ended between a rotation and the renaming of its key file leaves the new one beside the old.
        let next = KeyringFile.nextPath(home)
        if PrivateFile.exists(next), let key = unwrapped(try KeyringFile.read(next)) {
            // The old one opens nothing any more. If this fails, the next process tries again.
            rename(next, home.keyFilePath)
            return key
        }
        guard let key = unwrapped(try KeyringFile.read(home.keyFilePath)) else {
            throw AdministrationError(
                .keyringLocked, "the key file \(home.keyFilePath) does not open this directory's keyring",
                remedy: "put the key file back that was made together with the directory; nothing was touched")
        }
        return key
    }

    private func openWithPassphrase(
        _ parameters: KeyringSeal.Parameters, _ unwrapped: (Secret) -> Secret?
    ) throws -> Secret {
        guard let passphrase else {
            throw AdministrationError(
                .keyringLocked, "the keyring is sealed by a passphrase",
                remedy: "give a file that holds it with --passphrase-file")
        }
        guard let key = unwrapped(try parameters.key(from: passphrase())) else {
            throw AdministrationError(
                .keyringLocked, "the passphrase does not open the keyring",
                remedy: "try another one; nothing was touched")
        }
        return key
    }
}

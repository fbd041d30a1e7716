import Glibc
public import Secrets

/// What a keyring is like.
public struct KeyringStatus: Sendable, Hashable {
    /// What opens it: `key file` or `passphrase`; nil if nothing was ever kept in it.
    public let seal: String?
    /// How many seeds it holds.
    public let seeds: Int
    /// Why it does not open; nil if it does, or if that takes a passphrase.
    public let fault: String?
}

extension Directory {
    /// What the keyring is like. Nobody is asked for a passphrase.
    public func keyringStatus() throws -> KeyringStatus {
        try read { reader in
            let keyring = keyring(reader)
            let seal = try keyring.seal()
            var fault: String?
            if seal == .keyFile {
                do {
                    _ = try keyring.existingDataKey()
                } catch let error as AdministrationError where error.code == .keyringLocked {
                    fault = error.message
                }
            }
            return KeyringStatus(seal: seal?.name, seeds: try reader.keys().count(where: \.hasSeed), fault: fault)
        }
    }

    /// Seals the keyring with a passphrase, in the place of the key file, which is deleted, or another passphrase.
    public func sealKeyring(_ passphrase: Secret) throws {
        try KeyringSeal.check(newPassphrase: passphrase)
        try change("keyring seal") { change in
            let parameters = KeyringSeal.Parameters(random: change.surroundings.random)
            try change.keyring.changeSeal(to: .passphrase(parameters), key: parameters.key(from: passphrase))
        }
        // It opens nothing any more.
        unlink(home.keyFilePath)
        unlink(KeyringFile.nextPath(home))
    }

    /// Seals the keyring with a new key file, in the place of a passphrase or another key file.
    public func unsealKeyring() throws {
        try withNewKeyFile("keyring unseal") { _ in }
    }

    /// Seals every seed with a new data key, and that with a new key file; where the seal is a passphrase, with it.
    ///
    /// - Parameter passphrase: a new passphrase; nil to keep the seal as it is.
    /// - Returns: what opens the keyring now, as in ``KeyringStatus/seal``. Nothing is read any more once the change is
    ///   stored: it could fail, and the change would seem to have.
    @discardableResult
    public func rotateKeyring(_ passphrase: Secret? = nil) throws -> String {
        let seal = try read { try keyring($0).seal() }
        if let passphrase {
            try KeyringSeal.check(newPassphrase: passphrase)
        } else if seal == .keyFile {
            try withNewKeyFile("keyring rotate") { try $0.keyring.changeDataKey() }
            return KeyringSeal.keyFile.name
        }
        guard let passphrase = try passphrase ?? surroundings.passphrase?() else {
            throw AdministrationError(
                .keyringLocked, "the keyring is sealed by a passphrase",
                remedy: "give a file that holds it with --passphrase-file")
        }
        let parameters = KeyringSeal.Parameters(random: surroundings.random)
        try change("keyring rotate") { change in
            try change.keyring.changeDataKey()
            try change.keyring.changeSeal(to: .passphrase(parameters), key: parameters.key(from: passphrase))
        }
        return KeyringSeal.passphrase(parameters).name
    }

    /// The new key file takes its place after the change is stored. Until then it waits beside the old one, and opens
    /// the keyring if this process ends in between.
    private func withNewKeyFile(_ reason: String, _ body: (Change) throws -> Void) throws {
        let next = KeyringFile.nextPath(home)
        try change(reason) { change in
            // Opened first, since that clears the way for the file if an earlier one is still waiting there.
            _ = try change.keyring.existingDataKey()
            try body(change)
            let key = try KeyringFile.make(next, random: change.surroundings.random, replacing: true)
            try change.keyring.changeSeal(to: .keyFile, key: key)
        }
        // Another process may have opened the keyring in between, and renamed it.
        guard rename(next, home.keyFilePath) == 0 || errno == ENOENT else {
            throw AdministrationError(
                .storageFailed, "the new key file could not take its place: it is \(next)",
                remedy: "rename it to \(home.keyFilePath)")
        }
    }
}

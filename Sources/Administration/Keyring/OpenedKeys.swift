import GRDB
import NKeys
import Secrets

/// Keys that were opened in a transaction, for the changes that follow in it: to open one takes as long as to sign with it.
///
/// Each is found by the row that it was opened from, byte for byte: a row that has changed since then is opened anew, or
/// refused as ever.
final class OpenedKeys {
    /// A sealed secret as it lies in the database.
    struct Row: Hashable {
        /// How the data key is sealed; the public key of a seed.
        let name: String
        let nonce: [UInt8]
        let sealed: [UInt8]
    }

    private let count: RowCount
    private var dataKeys: [Row: Secret] = [:]
    private var pairs: [Row: KeyPair] = [:]
    /// What the keyring opened last, and the rows that counted then: as long as no other does, it need not look at its own.
    private var last: (dataKey: Secret?, pairs: [PublicKey: KeyPair], changes: Int) = (nil, [:], 0)

    init(_ count: RowCount = RowCount()) { self.count = count }

    /// The data key, if it was opened and no row has changed since then that may be its own.
    func dataKey(_ database: Database) -> Secret? {
        forget(unless: database)
        return last.dataKey
    }

    /// The pair of a key, if it was opened and no row has changed since then that may be its own.
    func pair(of key: PublicKey, _ database: Database) -> KeyPair? {
        forget(unless: database)
        return last.pairs[key]
    }

    /// Keeps what was opened from the rows that are there now.
    func keep(_ dataKey: Secret, _ database: Database) {
        forget(unless: database)
        last.dataKey = dataKey
    }

    func keep(_ pair: KeyPair, _ database: Database) {
        forget(unless: database)
        last.pairs[pair.publicKey] = pair
    }

    private func forget(unless database: Database) {
        let now = count.number(database)
        if now != last.changes { last = (nil, [:], now) }
    }

    func dataKey(_ row: Row, _ open: () throws -> Secret) rethrows -> Secret {
        if let known = dataKeys[row] { return known }
        let key = try open()
        dataKeys[row] = key
        return key
    }

    func pair(_ row: Row, _ open: () throws -> KeyPair) rethrows -> KeyPair {
        if let known = pairs[row] { return known }
        let pair = try open()
        pairs[row] = pair
        return pair
    }
}

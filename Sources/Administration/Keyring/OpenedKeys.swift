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

    private var dataKeys: [Row: Secret] = [:]
    private var pairs: [Row: KeyPair] = [:]

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

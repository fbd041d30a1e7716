public import NKeys
import Secrets

/// Which key signs.
public enum SignerChoice: Sendable {
    /// The identity key, or, where signing keys are required or its seed is not here, a signing key without a scope.
    case automatic
    /// A key of the directory: a role's name, or a public key. Never a file: who names it may be far away.
    case named(String)
    /// What a person wrote on the machine of the directory: as above, or, where it is the name of nothing else, the path of a
    /// file that holds a seed.
    case written(String)
    /// A pair that was handed over, and is not kept.
    case pair(KeyPair)

    /// Whether nobody said which key.
    var isAutomatic: Bool {
        if case .automatic = self { true } else { false }
    }

    /// Whether it is a file of this machine, unless it is the name of something else.
    var isFile: Bool {
        if case .written(let text) = self { PrivateFile.exists(text) } else { false }
    }

    /// What a person wrote on this machine for the private key: the name of a role, a public key, a seed, or the path of a file that
    /// holds one.
    ///
    /// - Throws: an error of code `invalidValue` if a seed or a file's content is not one.
    public static func read(_ text: String) throws(AdministrationError) -> SignerChoice {
        // A seed is moved to guarded memory as soon as it is known to be one.
        if text.utf8.count == KeyPair.seedTextCount, text.hasPrefix("S") {
            var bytes = Array(text.utf8)
            let seed = Secret(erasing: &bytes)
            return .pair(
                try pair("the private key that was given") { () throws(NKeyError) in
                    try KeyPair(seed: seed)
                })
        }
        guard EntityReference(text).publicKey == nil, text.contains("/") || text.hasSuffix(".nk"),
            PrivateFile.exists(text)
        else { return .written(text) }
        return .pair(try pair(inFile: text))
    }

    /// The pair whose seed a file holds.
    static func pair(inFile path: String) throws(AdministrationError) -> KeyPair {
        let content = try PrivateFile.read(path)
        return try pair(path) { () throws(NKeyError) in
            try content.withBytes { (bytes) throws(NKeyError) in try Credentials.keyPair(in: bytes) }
        }
    }

    private static func pair(
        _ what: String, _ read: () throws(NKeyError) -> KeyPair
    ) throws(AdministrationError) -> KeyPair {
        do {
            return try read()
        } catch {
            throw AdministrationError(
                .invalidValue, "\(what) is not a seed: \(error.message)",
                remedy: "give a whole seed, a file with one, a public key or a role")
        }
    }
}

import Secrets

@testable import NKeys

/// What must hold for any bytes that are taken for a credentials file or a key file.
enum CredentialsInput {
    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        input.withUnsafeBytes { contents in
            _ = try? KeyFile.parse(contents)
            let pair = try? Credentials.keyPair(in: contents)
            guard let credentials = try? Credentials.parse(contents) else { return nil }
            guard credentials.keyPair.publicKey == pair?.publicKey else { return "two readers find two keys" }
            return fault(in: credentials)
        }
    }

    private static func fault(in credentials: Credentials) -> String? {
        guard credentials.keyPair.publicKey.kind == .user else { return "a user's key pair is of another kind" }
        // The JWT is a text like any other from here on, so that it must not bring the seed along.
        let isToken = credentials.jwt.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2E, 0x3D: true
            default: false
            }
        }
        guard isToken else { return "the JWT of a file holds something else too" }
        do {
            let again = try Credentials.parse(try credentials.formatted())
            guard again.jwt == credentials.jwt, again.keyPair.publicKey == credentials.keyPair.publicKey else {
                return "a file that was written reads as another one"
            }
            return nil
        } catch {
            return "a file that was written is refused: \(error)"
        }
    }
}

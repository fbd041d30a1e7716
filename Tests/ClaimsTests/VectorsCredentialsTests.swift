import Secrets
import Testing

@testable import Claims
@testable import NKeys

@Suite("Vectors: credentials files")
struct VectorsCredentialsTests {
    static let kinds: Set<String> = [
        "creds.parse", "creds.decorate_jwt", "creds.decorate_seed", "creds.format_user_config",
    ]

    /// The two libraries of the reference differ in one point: whether a block may end with the file.
    @Test("reading", arguments: Vector.of("creds.parse"))
    func read(_ vector: Vector) throws {
        let contents = Array(try vector.text("text").utf8)
        try contents.withUnsafeBytes { contents in
            for (library, endsWithoutBreak) in [("jwt_lib", true), ("nkeys_lib", false)] {
                let token = Credentials.tokenBytes(in: contents, endsWithoutBreak: endsWithoutBreak)
                #expect(String(decoding: token, as: UTF8.self) == vector.expect["\(library)_jwt"]?["text"]?.text)
                for (name, isUser) in [("nkey", false), ("user_nkey", true)] {
                    let expected = try #require(vector.expect["\(library)_\(name)"])
                    do {
                        let pair =
                            isUser
                            ? try Credentials.userKeyPair(in: contents, endsWithoutBreak: endsWithoutBreak)
                            : try KeyPair.read(
                                seed: Credentials.seedBytes(in: contents, endsWithoutBreak: endsWithoutBreak))
                        #expect(pair.publicKey.text == expected["public"]?.text)
                    } catch let error as NKeyError {
                        let text = try #require(expected["error"]?.text)
                        // One library leaves the prefix out.
                        #expect(error.message == text || error.message == "nkeys: \(text)")
                    }
                }
            }
        }
    }

    @Test("decorating a JWT", arguments: Vector.of("creds.decorate_jwt"))
    func decorateToken(_ vector: Vector) throws {
        do {
            #expect(try Token.decode(vector.text("jwt")).decoratedText == vector.expect["text"]?.text)
        } catch let error as ClaimsError {
            #expect(error.message == vector.expectedError)
        }
    }

    @Test("decorating a seed", arguments: Vector.of("creds.decorate_seed"))
    func decorateSeed(_ vector: Vector) throws {
        do {
            let text = try Credentials.decorate(seed: Secret(copying: Array(try vector.text("seed").utf8)))
            #expect(text.withBytes { String(decoding: $0, as: UTF8.self) } == vector.expect["text"]?.text)
        } catch let error as NKeyError {
            #expect(error.message == vector.expectedError)
        }
    }

    @Test("writing", arguments: Vector.of("creds.format_user_config"))
    func write(_ vector: Vector) throws {
        do {
            let seed = Secret(copying: Array(try vector.text("seed").utf8))
            let text = try UserClaims.credentials(jwt: vector.text("jwt"), seed: seed)
            #expect(text.withBytes { String(decoding: $0, as: UTF8.self) } == vector.expect["text"]?.text)
        } catch let error as ClaimsError {
            #expect(error.message == vector.expectedError)
        }
    }
}

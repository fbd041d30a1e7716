import NKeys
import Wire

/// How a client answers a server's `INFO`.
struct SignIn {
    let credentials: ClientCredentials
    let options: ClientOptions
    let info: ServerInfo

    /// The `CONNECT` line.
    ///
    /// - Throws: ``ClientError`` of code `unusable-credentials`.
    func connectLine() throws(ClientError) -> ConnectLine {
        var line = ConnectLine()
        line.name = options.name
        line.echo = options.echo
        line.headers = info.headers
        // A server without headers has nothing to write the status 503 into.
        line.noResponders = info.headers
        switch credentials {
        case .none:
            break
        case .userJWT(let jwt, let keyPair):
            line.jwt = jwt
            line.signature = try signature(of: keyPair)
        case .nkey(let keyPair):
            line.nkey = keyPair.publicKey.text
            line.signature = try signature(of: keyPair)
        }
        return line
    }

    private func signature(of keyPair: KeyPair) throws(ClientError) -> String {
        guard !info.nonce.isEmpty else { throw .missingNonce }
        do throws(NKeyError) {
            return Base64URL.text(try keyPair.sign(Array(info.nonce.utf8)))
        } catch {
            throw .unusableCredentials(error.message)
        }
    }
}

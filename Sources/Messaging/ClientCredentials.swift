public import NKeys

/// How a client shows a server who it is.
public enum ClientCredentials: Sendable {
    /// Not at all: for servers that ask for nothing.
    case none
    /// A user's JWT, and the key pair it was issued to, which signs the server's nonce.
    case userJWT(String, KeyPair)
    /// A user's key pair alone, for servers whose configuration names the key.
    case nkey(KeyPair)
}

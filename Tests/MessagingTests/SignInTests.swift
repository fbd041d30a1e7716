import NKeys
import Secrets
import Testing

@testable import Messaging
@testable import Wire

@Suite struct SignInTests {
    private let keyPair = KeyPair.generate(.user)

    private func info(_ json: String) throws -> ServerInfo {
        try #require(ServerInfo(json: Array(json.utf8)))
    }

    @Test func aUserSignsTheNonce() throws {
        let info = try info(#"{"nonce":"PcBlAoJXtYr1Nas","headers":true}"#)
        let line = try SignIn(credentials: .userJWT("j.w.t", keyPair), options: ClientOptions(), info: info)
            .connectLine()
        #expect(line.jwt == "j.w.t" && line.nkey == nil && line.headers && line.noResponders)
        let signature = try #require(line.signature)
        #expect(!signature.contains("=") && signature.utf8.count == 86)
        let bytes = try Base64URL.decode(Array(signature.utf8)).bytes
        #expect(keyPair.publicKey.isValidSignature(bytes, of: Array("PcBlAoJXtYr1Nas".utf8)))
    }

    @Test func aKeyAloneNamesItself() throws {
        let line = try SignIn(credentials: .nkey(keyPair), options: ClientOptions(), info: info(#"{"nonce":"n"}"#))
            .connectLine()
        #expect(line.nkey == keyPair.publicKey.text && line.jwt == nil && line.signature != nil)
        // A server that takes no headers is not asked for what needs them.
        #expect(!line.headers && !line.noResponders)
    }

    @Test func noCredentialsNeedNoNonce() throws {
        var options = ClientOptions()
        options.name = "n"
        options.echo = false
        let line = try SignIn(credentials: .none, options: options, info: info("{}")).connectLine()
        #expect(line.signature == nil && line.name == "n" && !line.echo)
    }

    @Test func withoutANonceOrWithAKeyThatCannotSignThereIsNoSignIn() throws {
        let withoutNonce = SignIn(credentials: .nkey(keyPair), options: ClientOptions(), info: try info("{}"))
        #expect(throws: ClientError.missingNonce) { try withoutNonce.connectLine() }
        let curve = SignIn(
            credentials: .nkey(.generate(.curve)), options: ClientOptions(), info: try info(#"{"nonce":"n"}"#))
        #expect(throws: ClientError.self) { try curve.connectLine() }
    }
}

@Suite struct ServerInfoTests {
    @Test func membersThatMatterAreRead() throws {
        let json = #"""
            {"server_id":"NX","server_name":"n","version":"2.15.1","proto":1,"git_commit":"x","go":"go1",
            "host":"0.0.0.0","port":4222,"headers":true,"auth_required":true,"max_payload":1048576,
            "client_id":18446744073709551615,"client_ip":"::1",
            "cluster":"C","nonce":"abc","connect_urls":["a:1"],"unknown":{"x":[1]},"remote_account":"A","ldm":false}
            """#
        let info = try #require(ServerInfo(json: Array(json.utf8)))
        #expect(info.serverID == "NX" && info.serverName == "n" && info.version == "2.15.1" && info.cluster == "C")
        #expect(info.headers && info.authRequired && !info.tlsRequired && !info.isLameDuck)
        #expect(info.maximumPayload == 1_048_576 && info.clientID == .max && info.clientIP == "::1")
        #expect(info.nonce == "abc" && info.account == "A")
    }

    @Test func noLimitIsNil() throws {
        #expect(try #require(ServerInfo(json: Array(#"{"max_payload":-1}"#.utf8))).maximumPayload == nil)
        #expect(ServerInfo(json: Array("{}".utf8)) == ServerInfo())
    }

    @Test(arguments: ["", "[]", "1", "{\"server_id\":5}", "{\"max_payload\":1e99}", "{"])
    func whatIsNoInfo(text: String) {
        #expect(ServerInfo(json: Array(text.utf8)) == nil)
    }
}

@Suite struct PublicationTests {
    private func bytes(_ publication: Publication, limit: Int? = 20, headers: Bool = true) throws(ClientError) -> String
    {
        var info = ServerInfo()
        info.maximumPayload = limit
        info.headers = headers
        return String(decoding: try publication.bytes(for: info), as: UTF8.self)
    }

    @Test func theLimitCountsHeadersToo() throws {
        let status = Headers(status: 503)
        #expect(
            try bytes(Publication(subject: "a", reply: nil, headers: status, payload: [65, 66, 67, 68])).hasPrefix(
                "HPUB a 16 20"))
        let error = #expect(throws: ClientError.self) {
            try bytes(Publication(subject: "a", reply: nil, headers: status, payload: [1, 2, 3, 4, 5]))
        }
        #expect(error?.code == .payloadTooLarge)
        let large = Publication(
            subject: "a", reply: nil, headers: Headers(), payload: [UInt8](repeating: 65, count: 21))
        #expect(throws: ClientError.self) { try bytes(large) }
        #expect(try bytes(large, limit: nil).hasPrefix("PUB a 21\r\n"))
    }

    @Test func wordsThatCannotBeSentAreRefused() {
        for (subject, reply) in [("", nil), ("a b", nil), ("a\r\nPUB", nil), ("a", ""), ("a", "r r")]
            as [(String, String?)]
        {
            let publication = Publication(subject: subject, reply: reply, headers: Headers(), payload: [])
            let error = #expect(throws: ClientError.self) { try bytes(publication) }
            #expect(error?.code == .invalidSubject)
        }
    }

    @Test func headersNeedAServerThatTakesThem() {
        let publication = Publication(subject: "a", reply: nil, headers: Headers(status: 503), payload: [])
        #expect(throws: ClientError.self) { try bytes(publication, headers: false) }
    }
}

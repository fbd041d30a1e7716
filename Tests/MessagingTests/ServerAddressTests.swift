import Testing

@testable import Messaging

@Suite struct ServerAddressTests {
    @Test(arguments: [
        ("localhost", "localhost", 4222), ("127.0.0.1:4333", "127.0.0.1", 4333), ("nats://a.b:1", "a.b", 1),
        ("NATS://a", "a", 4222),
        ("nats://a:65535/", "a", 65535), ("[::1]:5", "::1", 5), ("[::1]", "::1", 4222), ("::1", "::1", 4222),
        ("nats://[fe80::1%eth0]:4222", "fe80::1%eth0", 4222),
    ])
    func addresses(text: String, host: String, port: Int) throws {
        #expect(try ServerAddress(text) == ServerAddress(host: host, port: port))
    }

    @Test func anAddressCanInsistOnTLS() throws {
        #expect(try ServerAddress("tls://a:1") == ServerAddress(host: "a", port: 1, requiresTLS: true))
        #expect(try ServerAddress("TLS://[::1]").description == "tls://[::1]:4222")
        #expect(try ServerAddress("nats://a").requiresTLS == false)
    }

    @Test(arguments: [
        "", "nats://", "ws://a:1", "http://a", "a:0", "a:65536", "a:-1", "a:x", "a:", ":1", "[::1", "[::1]x", "[::1]1",
        "a b:1",
        "nats://user:secret@a:1", "a/b:1", "a\n:1",
    ])
    func addressesThatAreRefused(text: String) {
        let error = #expect(throws: ClientError.self) { try ServerAddress(text) }
        #expect(error?.code == .invalidAddress)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func theDescriptionCanBeReadAgain() throws {
        for address in [ServerAddress(host: "a", port: 1), ServerAddress(host: "::1", port: 2)] {
            #expect(try ServerAddress(address.description) == address)
        }
    }
}

@Suite struct ServerErrorTests {
    @Test(
        arguments: [
            (#"Permissions Violation for Publish to "a.b""#, .publish(subject: "a.b")),
            (#"Permissions Violation for Publish with Reply of "_R_.x""#, .reply(subject: "_R_.x")),
            (
                #"Permissions Violation for Subscription to "a.>""#,
                .subscribe(subject: "a.>", queue: nil, subscription: nil)
            ),
            (
                #"Permissions Violation for Subscription to "a" using queue "q""#,
                .subscribe(subject: "a", queue: "q", subscription: nil)
            ),
            (
                #"Permissions Violation for Subscription to "a" (sid "7")"#,
                .subscribe(subject: "a", queue: nil, subscription: 7)
            ),
            (
                #"Permissions Violation for Subscription to "a\"\\b" using queue "q" (sid "7")"#,
                .subscribe(subject: #"a"\b"#, queue: "q", subscription: 7)
            ),
            (
                #"Permissions Violation for Subscription to "a", too many tokens"#,
                .subscribe(subject: "a", queue: nil, subscription: nil)
            ),
            (#"Permissions Violation for Publish to a"#, nil), (#"Permissions Violation for Publish to "a"#, nil),
            ("Stale Connection", nil), ("", nil),
        ] as [(String, ServerError.Violation?)])
    func violations(text: String, violation: ServerError.Violation?) {
        let error = ServerError(text)
        #expect(error.violation == violation)
        #expect(error.text == text)
    }
}

import TestSupport
import Testing

@testable import Broker

/// TLS, WebSocket, monitoring, logging, proxies.
@Suite struct ListenerConfigurationTests {
    private func read(_ text: String) throws -> BrokerConfiguration {
        try BrokerConfigurationTests.read(text).configuration
    }

    private func readTLS(_ text: String) throws -> TLSConfiguration? {
        try read("tls { cert_file: cert.pem, key_file: key.pem, \(text) }").tls
    }

    // MARK: TLS

    @Test func tls() throws {
        let tls = try #require(
            try readTLS(
                """
                ca_file: cert.pem, verify: true, timeout: 3, cipher_suites: [TLS_AES_128_GCM_SHA256]
                curve_preferences: [X25519], min_version: "1.3", connection_rate_limit: 5
                pinned_certs: ["\(String(repeating: "aB", count: 32))"]
                """))
        #expect(tls.certificates == [.init(certificate: "cert.pem", key: "key.pem")])
        #expect(tls.authorityFile == "cert.pem" && tls.verifiesClients && !tls.mapsCertificates)
        #expect(tls.timeout == .seconds(3) && tls.minimumVersion == .tls13 && tls.connectionRateLimit == 5)
        #expect(tls.cipherSuites == ["TLS_AES_128_GCM_SHA256"] && tls.curvePreferences == ["X25519"])
        #expect(tls.pinnedKeys == [String(repeating: "ab", count: 32)])
    }

    @Test func mappingACertificateVerifiesItWhateverElseIsSaid() throws {
        for text in ["verify_and_map: true, verify: false", "verify: false, verify_and_map: true"] {
            let tls = try readTLS(text)
            #expect(tls?.verifiesClients == true && tls?.mapsCertificates == true)
        }
    }

    @Test(arguments: [
        ("true", TLSConfiguration.HandshakeFirst.always), ("false", .no), ("\"on\"", .always), ("\"off\"", .no),
        ("auto", .fallback(.milliseconds(50))), ("\"300ms\"", .fallback(.milliseconds(300))),
    ])
    func handshakeFirst(text: String, expected: TLSConfiguration.HandshakeFirst) throws {
        #expect(try readTLS("handshake_first: \(text)")?.handshakeFirst == expected)
    }

    @Test func signingInMayTakeASecondLongerThanTheHandshake() throws {
        #expect(try read("tls { cert_file: cert.pem, key_file: key.pem }").authorizationTimeout == .seconds(3))
        let both = try read("tls { cert_file: cert.pem, key_file: key.pem }, authorization { timeout: 1 }")
        #expect(both.authorizationTimeout == .seconds(1))
    }

    @Test func severalCertificatesAndNone() throws {
        let list = try read("tls { certs: [{ cert_file: cert.pem, key_file: key.pem }] }").tls
        #expect(list?.certificates.count == 1)
        #expect(try read("resolver_tls { ca_file: cert.pem, insecure: true }").resolverTLS?.acceptsAnyServer == true)
        #expect(BrokerConfigurationTests.problems("tls {}").map(\.code) == [.missingKey])
    }

    @Test func filesAreLookedAt() {
        let swapped = BrokerConfigurationTests.problems("tls { cert_file: key.pem, key_file: cert.pem }")
        #expect(swapped.first?.message == "key.pem holds no certificate in PEM")
        #expect(
            BrokerConfigurationTests.problems("tls { cert_file: no.pem, key_file: key.pem }").map(\.code) == [
                .unreadableFile
            ])
    }

    // MARK: WebSocket

    @Test func webSocket() throws {
        let webSocket = try #require(
            try read(
                """
                websocket {
                  listen: "127.0.0.1:8443", tls { cert_file: cert.pem, key_file: key.pem }, same_origin: true
                  allowed_origins: "https://a", handshake_timeout: 2, user_cookie: u, pass_cookie: p, token_cookie: t
                  headers { X: y }, ping_interval: "30s", authorization { token: secret, timeout: "1s" }
                }
                """
            ).webSocket)
        #expect(webSocket.host == "127.0.0.1" && webSocket.port == 8443 && webSocket.tls != nil)
        #expect(webSocket.requiresSameOrigin && webSocket.allowedOrigins == ["https://a"])
        #expect(webSocket.handshakeTimeout == .seconds(2) && webSocket.pingInterval == .seconds(30))
        #expect(webSocket.userCookie == "u" && webSocket.passwordCookie == "p" && webSocket.tokenCookie == "t")
        #expect(webSocket.token == ConfigurationSecret("secret") && webSocket.authorizationTimeout == .seconds(1))
        #expect(webSocket.headers == ["X": "y"])
    }

    @Test func aWebSocketWithoutPortIsNone() throws {
        #expect(try read("websocket { same_origin: true }").webSocket == nil)
        #expect(try read("websocket { port: -1, no_tls: true }").webSocket?.port == 0)
        #expect(
            try read("websocket { port: 80, no_tls: true, tls { cert_file: cert.pem, key_file: key.pem } }").webSocket?
                .tls == nil)
    }

    @Test(arguments: [
        ("http://a", false, "a", 80), ("https://A.b", true, "a.b", 443), ("https://a:1", true, "a", 1),
        ("http://[::1]:8080/x", false, "::1", 8080), ("https://[::1]", true, "::1", 443),
        ("HTTP://u:p@a/b", false, "a", 80),
    ])
    func origins(text: String, isSecure: Bool, host: String, port: Int) throws {
        let origin = try #require(WebOrigin(text))
        #expect(origin.isSecure == isSecure && origin.host == host && origin.port == port)
    }

    @Test(arguments: [
        "", "a", "ftp://a", "http://", "http:///x", "http://a b", "http://a:b", "http://a:99999", "http://a:-1",
        "http://::1", "http://[::1", "http://a\n",
    ])
    func whatIsNoOrigin(text: String) {
        #expect(WebOrigin(text) == nil)
    }

    // MARK: Others

    @Test func monitoring() throws {
        #expect(try read("http: 8222").monitoring == .init(port: 8222, isSecure: false))
        #expect(try read("monitor_port: -1").monitoring == .init(port: 0, isSecure: false))
        var expected = MonitoringConfiguration(host: "::1", port: 1, isSecure: false)
        expected.basePath = "/a/b"
        #expect(try read("http_base_path: \"a//b/\", http: \"[::1]:1\"").monitoring == expected)
        let secure = try read("https_port: 1, tls { cert_file: cert.pem, key_file: key.pem }").monitoring
        #expect(secure == .init(port: 1, isSecure: true))
        #expect(try read("http_port: 0").monitoring == nil)
    }

    @Test func logging() throws {
        let text = "logtime_utc: true, log_file: l, log_size_limit: 1kb, log_max_num: 3, max_traced_msg_len: 8"
        let logging = try read(text).logging
        #expect(logging.usesUTC && logging.file == "l" && logging.sizeLimit == 1024 && logging.maximumFiles == 3)
        #expect(logging.maximumTracedMessage == 8)
        for text in ["trace_verbose: true, trace: false", "trace: false, trace_headers: true"] {
            #expect(try read(text).trace, "\(text)")
        }
    }

    @Test func proxies() throws {
        let key = AuthorizationConfigurationTests.user
        let configuration = try read(
            "proxies { trusted: [{ key: \(key) }] }, proxy_protocol: on, proxy_protocol_sources: [10.0.0.7, \"::1\", \"10.0.0.0/8\"]"
        )
        #expect(configuration.trustedProxies == [key] && configuration.usesProxyProtocol)
        #expect(configuration.proxyProtocolSources == ["10.0.0.7/32", "::1/128", "10.0.0.0/8"])
        #expect(BrokerConfigurationTests.problems("proxy_protocol: true").map(\.code) == [.missingKey])
        #expect(BrokerConfigurationTests.problems("proxy_protocol_sources: [10.0.0.0]").isEmpty)
        #expect(BrokerConfigurationTests.problems("proxy_protocol_sources: [ten]").map(\.code) == [.wrongValue])
    }

    @Test func resolvers() throws {
        #expect(try read("resolver: \"URL(http://h/x)\"").resolver == .url("http://h/x"))
        #expect(try read("resolver: URL(\"https://h\")").resolver == .url("https://h"))
        var full = DirectoryResolverConfiguration(kind: .full, directory: "d")
        #expect(try read("resolver { type: FULL, dir: d }").resolver == .directory(full))
        (full.limit, full.interval, full.fetchTimeout, full.deletion) = (5, .seconds(30), .seconds(2), .remove)
        let text =
            "resolver { type: full, dir: d, limit: 5, interval: \"30s\", timeout: \"2s\", allow_delete: true, hard_delete: true }"
        #expect(try read(text).resolver == .directory(full))
        var cache = DirectoryResolverConfiguration(kind: .cache, directory: "d")
        #expect(cache.limit == 1000)
        cache.timeToLive = .seconds(3600)
        #expect(try read("resolver { type: cache, dir: d, ttl: \"1h\" }").resolver == .directory(cache))
    }
}

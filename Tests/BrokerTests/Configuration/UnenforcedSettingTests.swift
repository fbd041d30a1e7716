import TestSupport
import Testing

@testable import Broker

@Suite struct UnenforcedSettingTests {
    @Test(arguments: [
        (
            "tls { certs: [], cipher_suites: [TLS_RSA_WITH_RC4_128_SHA], allow_insecure_cipher_suites: true }",
            "tls.cipher_suites"
        ),
        ("resolver_tls { curve_preferences: [SecP384r1MLKEM1024] }", "resolver_tls.curve_preferences"),
        ("tls { certs: [], curve_preferences: [SecP384r1MLKEM1024] }", "tls.curve_preferences"),
    ])
    func whatIsUsedIsNamedWithItsPlace(text: String, key: String) throws {
        let problems = try BrokerConfigurationTests.read("\n" + text).configuration.unenforced
        let problem = try #require(problems.first { $0.message.hasPrefix("\"\(key)\"") })
        #expect(problem.position.line == 2 && problem.code == .notEnforced)
        #expect(problem.description.contains("\n  2 | "))
    }

    @Test(arguments: [
        "port: 1", "authorization { timeout: 2 }", "authorization { user: a, password: b }",
        "authorization { users: [] }", "accounts { A {} }", "accounts { A { mappings { a: b } } }", "mappings { a: b }",
        "no_system_account: true", "resolver: MEMORY",
        "write_timeout: close", "no_header_support: off", "write_timeout: retry", "no_header_support: on",
        "max_sub_tokens: 4", "websocket { port: 1, no_tls: true, authorization { token: a } }",
        "resolver_tls { insecure: true }",
        "jetstream: disabled", "server_tags: a", "lame_duck_duration: \"1m\"", "log_file: x",
        "proxy_protocol: true, proxy_protocol_sources: \"::/0\"",
        "tls { certs: [], cipher_suites: [TLS_AES_128_GCM_SHA256], curve_preferences: [X25519] }",
    ])
    func whatTheBrokerDoesIsNotNamed(text: String) throws {
        #expect(try BrokerConfigurationTests.read(text).configuration.unenforced.isEmpty)
    }

    @Test func withoutAFileThereIsNoPlace() {
        var configuration = BrokerConfiguration()
        var tls = TLSConfiguration()
        tls.curvePreferences = ["SecP384r1MLKEM1024"]
        configuration.resolverTLS = tls
        #expect(
            configuration.unenforced.map(\.description) == [
                """
                command line: error: "resolver_tls.curve_preferences": SecP256r1MLKEM768 and SecP384r1MLKEM1024: this broker does not do that yet
                  = remove it, or run nats-server for it
                """
            ])
    }

    @Test func placesAreNoPartOfWhatAConfigurationSays() throws {
        let one = try BrokerConfigurationTests.read("debug: true").configuration
        let other = try BrokerConfigurationTests.read("\n\ndebug: true").configuration
        #expect(one == other && one.hashValue == other.hashValue)
    }
}

import NKeys
import TestSupport
import Testing

@testable import Broker

@Suite struct AccountConfigurationTests {
    private func readAccounts(_ text: String) throws -> [AccountConfiguration] {
        try BrokerConfigurationTests.read("accounts { \(text) }").configuration.accounts
    }

    private func messages(_ text: String) -> [String] {
        BrokerConfigurationTests.problems(text).map(\.message)
    }

    @Test func accountsInTheOrderOfTheFile() throws {
        let accounts = try readAccounts(
            "B { users: [{ user: b }] }, A {}, C { nkey: \(AuthorizationConfigurationTests.account) }")
        #expect(accounts.map(\.name) == ["B", "A", "C"] && accounts[0].users.map(\.name) == ["b"])
        #expect(accounts[2].key?.text == AuthorizationConfigurationTests.account)
        let listed = try BrokerConfigurationTests.read("accounts: [X, Y]").configuration.accounts
        #expect(listed == [AccountConfiguration(name: "X"), AccountConfiguration(name: "Y")])
    }

    @Test func aMemberThatAVariableRefersToIsNoAccount() throws {
        #expect(try readAccounts("L = { max_conn: 5 }, A { limits: $L }").map(\.limits.connections) == [5])
    }

    @Test func limitsAndTracing() throws {
        let account = try readAccounts(
            "A { limits { max_conn: 0, max_subs: 5, max_payload: 1kb, max_leafs: -1 }, trace_dest: t }"
        )[0]
        #expect(account.limits.connections == 0 && account.limits.subscriptions == 5)
        #expect(account.limits.payload == 1024 && account.limits.leafNodes == nil)
        #expect(account.tracing == .init(destination: "t", sampling: 100))
        let sampled = try readAccounts("A { msg_trace { dest: t, sampling: \"5%\" } }")[0]
        #expect(sampled.tracing == .init(destination: "t", sampling: 5))
    }

    @Test func exports() throws {
        let exports = try readAccounts(
            """
            A { exports: [
              { stream: "a.>" }
              { service: "s.*", accounts: [B], response: chunk, threshold: "5s", account_token_position: 2 }
              { service: t, latency: { sampling: headers, subject: l }, allow_trace: true }
            ] }, B {}
            """)[0].exports
        #expect(exports.map(\.kind) == [.stream, .service, .service] && exports.map(\.subject) == ["a.>", "s.*", "t"])
        #expect(exports[0] == ExportConfiguration(kind: .stream, subject: "a.>"))
        #expect(exports[1].accounts == ["B"] && exports[1].responseType == .chunked)
        #expect(exports[1].responseThreshold == .seconds(5) && exports[1].accountTokenPosition == 2)
        #expect(exports[2].latency?.subject == "l" && exports[2].latency?.sampling == nil && exports[2].allowsTrace)
    }

    /// nats-server judges this by the order in which it happens to read the members.
    @Test func aStreamHasNoThreshold() {
        #expect(
            messages(#"accounts { A { exports: [ { stream: "a", threshold: "1s" } ] } }"#)
                == ["\"threshold\" is for services, and this is a stream"])
    }

    @Test func imports() throws {
        let imports = try readAccounts(
            """
            A { exports: [{ stream: "a.*" }, { service: "s.*.*" }] }
            B { imports: [
              { stream: { account: A, subject: "a.*" }, prefix: "p.", allow_trace: yes }
              { service: { account: A, subject: "s.*.*" }, to: "x.$2.$1", share: true }
            ] }
            """)[1].imports
        var stream = ImportConfiguration(kind: .stream, account: "A", subject: "a.*")
        (stream.prefix, stream.allowsTrace) = ("p", true)
        var service = ImportConfiguration(kind: .service, account: "A", subject: "s.*.*")
        (service.localSubject, service.shares) = ("x.$2.$1", true)
        #expect(imports == [stream, service])
    }

    @Test func mappings() throws {
        let configuration = try BrokerConfigurationTests.read(
            "mappings { a: b, c: [{ dest: d, weight: 20% }, { destination: e, weight: 30, cluster: x }] }"
        ).configuration
        #expect(
            configuration.mappings == [
                .init(source: "a", destinations: [.init(subject: "b")]),
                .init(
                    source: "c",
                    destinations: [.init(subject: "d", weight: 20), .init(subject: "e", weight: 30, cluster: "x")]),
            ])
    }

    @Test func theSystemAccountMayBeNamedAsNatsServerNamesIt() throws {
        let configuration = try BrokerConfigurationTests.read("accounts { \"$SYS\" {} }").configuration
        #expect(configuration.systemAccount == "$SYS")
    }

    // MARK: Sharing

    @Test(arguments: [
        ("A { exports: [{ stream: a, accounts: [X] }] }", "there is no account \"X\""),
        (
            "A { exports: [{ stream: \"a.*\", accounts: [C] }] }, B { imports: [{ stream: { account: A, subject: \"a.b\" } }] }, C {}",
            "\"A\" does not export \"a.*\" to \"B\""
        ),
        (
            "A { exports: [{ stream: \"a.>\" }, { stream: \"a.b\", accounts: [C] }] }, B { imports: [{ stream: { account: A, subject: \"a.*\" } }] }, C {}",
            "\"A\" does not export \"a.b\" to \"B\""
        ),
        (
            "A { exports: [{ service: a }] }, B { imports: [{ service: { account: A, subject: b } }] }",
            "\"A\" exports no service \"b\""
        ),
        (
            "A { exports: [{ service: a }] }, B { imports: [{ service: { account: A, subject: a } }, { service: { account: A, subject: a } }] }",
            "the service \"a\" of \"A\" is imported twice"
        ),
    ])
    func whatIsNotGranted(text: String, message: String) {
        #expect(messages("accounts { \(text) }") == [message])
    }

    @Test func latencyNeedsASystemAccount() {
        let text = "no_system_account: true, accounts { A { exports: [{ service: a, latency: l }] } }"
        #expect(messages(text) == ["latency is measured by the system account, and there is none"])
    }

    @Test(arguments: [
        // a.y calls b.x, and that calls a.x, which ends there.
        ("a.x", "b.x", true),
        // b.x calls a.y, which calls b.x.
        ("a.y", "b.x", false), ("a.*", "b.$1", false), ("a.y", "b.y", true),
    ])
    func circlesAreFoundThroughRenamings(subject: String, name: String, isFine: Bool) {
        let messages = messages(
            """
            accounts {
              A { exports: [{ service: "a.*" }], imports: [{ service: { account: B, subject: "b.x" }, to: "a.y" }] }
              B { exports: [{ service: "b.*" }]
                  imports: [{ service: { account: A, subject: "\(subject)" }, to: "\(name)" }] }
            }
            """)
        #expect(messages.isEmpty == isFine, "\(messages)")
    }

    @Test func manyAccountsInARowAreFollowedInBoundedTime() {
        var text = "accounts {\n"
        for number in 0..<400 {
            text += "A\(number) { exports: [{ stream: s }], imports: ["
            text += (0..<number).suffix(20).map { "{ stream: { account: A\($0), subject: s }, prefix: p\($0) }" }
                .joined(separator: ",")
            text += "] }\n"
        }
        #expect(messages(text + "}").count <= 1)
    }

    // MARK: Mappings

    @Test(arguments: [
        ("a.*", "b.$1"), ("a", "b.$x"), ("a.>", "b.>"), ("a.*", "{{ Wildcard( 1 ) }}"), ("a", "{{partition(10)}}"),
        ("a.*", "{{random(3)}}.{{split(1,-)}}"), ("a.*", "{{left(1,2)}}"),
    ])
    func destinations(source: String, destination: String) {
        #expect(messages("mappings { \"\(source)\": '\(destination)' }").isEmpty)
    }

    @Test(arguments: [
        ("a.*", "b.*"), ("a", "b.$1"), ("a.*", "b.$2"), ("a.>", "b"), ("a", "b..c"), ("a.*", "{{nope(1)}}"),
        ("a.*", "{{split(1)}}"), ("a", "b c"),
    ])
    func destinationsThatAreRefused(source: String, destination: String) {
        #expect(messages("mappings { \"\(source)\": '\(destination)' }").count == 1)
    }
}

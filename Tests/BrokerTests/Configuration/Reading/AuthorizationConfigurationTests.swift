import Authorization
import Claims
import NKeys
import Secrets
import TestSupport
import Testing

@testable import Broker

@Suite struct AuthorizationConfigurationTests {
    static let user = KeyPair.generate(.user).publicKey.text
    static let account = KeyPair.generate(.account).publicKey.text

    private func readAuthorization(_ text: String) throws -> AuthorizationConfiguration {
        try #require(BrokerConfigurationTests.read("authorization { \(text) }").configuration.authorization)
    }

    private func readPermissions(_ text: String) throws -> PermissionsConfiguration? {
        let users = try readAuthorization("users: [{ user: a, password: b, permissions: \(text) }]").users
        return try #require(users?.first).permissions
    }

    @Test func oneUser() throws {
        let authorization = try readAuthorization("user: a, password: b, proxy_required: true")
        #expect(authorization.user == "a" && authorization.password == ConfigurationSecret("b"))
        #expect(authorization.users == nil && authorization.token == nil && authorization.isProxyRequired)
    }

    @Test func aToken() throws {
        #expect(try readAuthorization("token: t").token == ConfigurationSecret("t"))
        #expect(try readAuthorization("token: t").token != ConfigurationSecret("u"))
    }

    @Test func usersOfBothKinds() throws {
        let users = try readAuthorization(
            "users: [{ user: a, password: b }, { nkey: \(Self.user), proxy_required: yes }, { user: c }]"
        ).users
        #expect(users?.map(\.name) == ["a", Self.user, "c"])
        #expect(users?[0].credential == .password(ConfigurationSecret("b")))
        #expect(users?[1].credential == .key(try PublicKey(Self.user)) && users?[1].isProxyRequired == true)
        #expect(users?[2].credential == .password(nil))
        #expect(try readAuthorization("users: []").users == [])
        #expect(try readAuthorization("").users == nil)
    }

    @Test func connectionTypes() throws {
        let users = try readAuthorization(
            "users: [{ user: a, connection_types: [standard, MQTT_WS] }, { user: b, clients: [] }, { user: c }]"
        ).users
        #expect(users?[0].connectionTypes == [.standard, .mqttWebSocket])
        #expect(users?[1].connectionTypes == nil && users?[2].connectionTypes == nil)
    }

    // MARK: Permissions

    @Test func permissionsInAllForms() throws {
        #expect(try readPermissions("{ publish: a }")?.publish == .init(allow: ["a"]))
        #expect(try readPermissions("{ pub: [a, \"b.>\"] }")?.publish == .init(allow: ["a", "b.>"]))
        #expect(try readPermissions("{ import: { deny: a } }")?.publish == .init(deny: ["a"]))
        let both = try readPermissions("{ sub: { allow: [\"a.> q\"], deny: [\"a.b\"] } }")
        #expect(both?.subscribe == .init(allow: ["a.> q"], deny: ["a.b"]) && both?.publish == .init())
        #expect(try readPermissions("{}") == PermissionsConfiguration())
    }

    @Test func anEmptyListAllowsEverythingAndTheUserIsTold() throws {
        let text = "authorization { users: [{ user: a, permissions: { publish: [], subscribe: { allow: [] } } }] }"
        let (configuration, warnings) = try BrokerConfigurationTests.read(text)
        #expect(configuration.authorization?.users?.first?.permissions == PermissionsConfiguration())
        #expect(warnings.map(\.code) == [.withoutEffect, .withoutEffect] && !warnings[0].failsTest)
    }

    @Test func responses() throws {
        #expect(try readPermissions("{ allow_responses: true }")?.responses == .init())
        #expect(try readPermissions("{ allow_responses: false }")?.responses == nil)
        var limited = PermissionsConfiguration.Responses()
        (limited.maximumMessages, limited.lifetime) = (5, .seconds(60))
        #expect(
            try readPermissions("{ publish_allow_responses: { max_messages: 5, expires: \"1m\" } }")?.responses
                == limited)
        (limited.maximumMessages, limited.lifetime) = (nil, nil)
        #expect(try readPermissions("{ allow_responses: { max: -1, ttl: \"-1s\" } }")?.responses == limited)
        #expect(try readPermissions("{ allow_responses: { max: 0, ttl: \"0\" } }")?.responses == .init())
    }

    @Test func defaultPermissionsStandBesideTheUsersTheyAreFor() throws {
        let read = try readAuthorization(
            "permissions: { publish: a }, users: [{ user: x }, { user: y, permissions: {} }]")
        #expect(read.defaultPermissions?.publish.allow == ["a"])
        #expect(read.users?.map(\.permissions) == [nil, PermissionsConfiguration()])
    }

    // MARK: Callout

    @Test func callout() throws {
        let curve = KeyPair.generate(.curve).publicKey.text
        let text = """
            accounts { AUTH { users: [{ user: auth, password: b }] }, B {} }
            authorization { auth_callout {
              issuer: \(Self.account), account: AUTH, auth_users: [auth], xkey: \(curve), allowed_accounts: [B]
            } }
            """
        let (configuration, warnings) = try BrokerConfigurationTests.read(text)
        let callout = try #require(configuration.authorization?.callout)
        #expect(callout.issuer.text == Self.account && callout.account == "AUTH" && callout.users == ["auth"])
        #expect(callout.sealingKey?.text == curve && callout.allowedAccounts == ["B"] && warnings.isEmpty)
    }

    @Test func aCalloutThatNobodyCanAnswerIsAWarning() throws {
        let text = "authorization { auth_callout { issuer: \(Self.account), auth_users: [auth], account: X } }"
        #expect(try BrokerConfigurationTests.read(text).warnings.map(\.code) == [.withoutEffect, .withoutEffect])
    }

    @Test func noAuthUser() throws {
        let read = try BrokerConfigurationTests.read("authorization { users: [{ user: ann }] }, no_auth_user: ann")
        #expect(read.configuration.noAuthUser == "ann")
        let problem = BrokerConfigurationTests.problems("accounts { A { users: [{ user: ann }] } }, no_auth_user: anm")
        #expect(problem.map(\.remedy) == ["did you mean \"ann\"?"])
    }

    // MARK: Secrets

    @Test func secretsAreNeverPrinted() throws {
        let read = try readAuthorization("user: a, password: geheim")
        var dumped = ""
        dump(read, to: &dumped)
        for text in ["\(read)", String(reflecting: read), dumped] { #expect(!text.contains("geheim"), "\(text)") }
    }

    @Test(arguments: [
        ("$2a$11$abc", true), ("$2b$04$x", true), ("$2x$10$x", true), ("$2y$10$x", true), ("$2c$10$x", false),
        ("$2a$1x$abc", false), ("$2a$11", false), ("2a$11$abcd", false), ("", false), ("password", false),
    ])
    func hashes(text: String, isHashed: Bool) {
        #expect(ConfigurationSecret(text).isHashed == isHashed)
    }
}

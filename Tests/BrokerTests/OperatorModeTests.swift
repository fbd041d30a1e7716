import Authorization
import Claims
import NKeys
import Testing

@testable import Broker

@Suite struct OperatorModeTests {
    private let operatorKey = KeyPair.generate(.operator)
    private let accountKey = KeyPair.generate(.account)

    private func configuration(_ change: (inout OperatorClaims) -> Void = { _ in }) throws -> BrokerConfiguration {
        var claims = OperatorClaims(subject: operatorKey.publicKey.text, name: "OP")
        change(&claims)
        var configuration = BrokerConfiguration()
        configuration.operators = [try claims.encode(signedBy: operatorKey, at: 1)]
        configuration.resolver = .memory
        let account = try AccountClaims(subject: accountKey.publicKey.text, name: "SYS").encode(
            signedBy: operatorKey, at: 1)
        configuration.preloadedAccounts = [.init(account: accountKey.publicKey.text, jwt: account)]
        return configuration
    }

    @Test func readsWhatIsInOrder() throws {
        var configuration = try configuration()
        configuration.systemAccount = accountKey.publicKey.text
        let mode = try OperatorMode.read(configuration)
        #expect(
            mode.trust.systemAccount == .key(accountKey.publicKey) && mode.accounts.count == 1 && mode.warnings.isEmpty)
    }

    @Test func refusesWhatIsNot() throws {
        var configuration = try configuration()
        configuration.operators = []
        #expect(throws: BrokerStartError.self) { try OperatorMode.read(configuration) }
        configuration = try self.configuration()
        configuration.resolver = nil
        #expect(throws: BrokerStartError.self) { try OperatorMode.read(configuration) }
        configuration = try self.configuration()
        configuration.preloadedAccounts[0].jwt += "x"
        #expect(throws: BrokerStartError.self) { try OperatorMode.read(configuration) }
        configuration = try self.configuration()
        configuration.preloadedAccounts[0].account = KeyPair.generate(.account).publicKey.text
        let swapped = try OperatorMode.read(configuration)
        #expect(swapped.accounts.isEmpty && swapped.warnings.count == 1)
        configuration = try self.configuration()
        configuration.systemAccount = KeyPair.generate(.account).publicKey.text
        let incomplete = try OperatorMode.read(configuration)
        #expect(throws: BrokerStartError.self) { try incomplete.requireSystemAccount() }
        #expect(throws: BrokerStartError.self) { try BrokerServer.check(configuration) }
        let asserting = try self.configuration { $0.assertServerVersion = "99.0.0" }
        #expect(throws: BrokerStartError.self) { try OperatorMode.read(asserting) }
        var other = try self.configuration { $0.systemAccount = accountKey.publicKey.text }
        other.systemAccount = KeyPair.generate(.account).publicKey.text
        #expect(throws: BrokerStartError.self) { try OperatorMode.read(other) }
    }

    @Test func aStrangersAccountIsAWarning() throws {
        var configuration = try configuration()
        let token = try AccountClaims(subject: accountKey.publicKey.text).encode(signedBy: .generate(.operator), at: 1)
        configuration.preloadedAccounts[0].jwt = token
        #expect(try OperatorMode.read(configuration).warnings.count == 1)
    }
}

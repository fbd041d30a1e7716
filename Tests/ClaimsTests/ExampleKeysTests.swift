import Claims
import Foundation
import NKeys
import Secrets
import Testing

/// The key set under `keys-example/`: every file is read and verified, and they belong together.
@Suite struct ExampleKeysTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "keys-example")

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: path), encoding: .utf8)
    }

    private func pair(_ path: String) throws -> KeyPair {
        let bytes = Array(try text(path).utf8).filter { $0 != 0x0A }
        return try KeyPair(seed: Secret(count: bytes.count) { $0.copyBytes(from: bytes) })
    }

    @Test func theOperatorSignsItself() throws {
        let claims = try OperatorClaims.decode(text("operator.jwt"))
        #expect(try pair("operator.nk").publicKey.text == claims.subject && claims.issuer == claims.subject)
        #expect(try claims.systemAccount == pair("accounts/SYS/SYS.nk").publicKey.text)
        #expect(claims.validate(at: 1_800_000_000).isEmpty)
    }

    @Test(arguments: ["SYS", "ORDERS", "BILLING"])
    func accountsAreTheOperators(_ name: String) throws {
        let signer = try OperatorClaims.decode(text("operator.jwt"))
        let claims = try AccountClaims.decode(text("accounts/\(name)/\(name).jwt"))
        #expect(signer.didSign(claims) && claims.name == name)
        #expect(try pair("accounts/\(name)/\(name).nk").publicKey.text == claims.subject)
        #expect(claims.validate(at: 1_800_000_000).isEmpty)
    }

    @Test(arguments: [("SYS", "sys"), ("ORDERS", "clerk"), ("BILLING", "accountant")])
    func usersAreTheirAccounts(_ account: String, _ user: String) throws {
        let signer = try AccountClaims.decode(text("accounts/\(account)/\(account).jwt"))
        let jwt = try text("accounts/\(account)/users/\(user).jwt")
        let claims = try UserClaims.decode(jwt)
        #expect(signer.didSign(claims) && claims.name == user)
        #expect(claims.validate(at: 1_800_000_000).isEmpty)
        let creds = try text("accounts/\(account)/users/\(user).creds")
        #expect(creds.contains(jwt))
        let seed = try #require(creds.split(separator: "\n").first { $0.hasPrefix("SU") })
        let bytes = Array(seed.utf8)
        let pair = try KeyPair(seed: Secret(count: bytes.count) { $0.copyBytes(from: bytes) })
        #expect(pair.publicKey.text == claims.subject)
    }

    @Test func whatBillingImportsIsWhatOrdersExports() throws {
        let orders = try AccountClaims.decode(text("accounts/ORDERS/ORDERS.jwt"))
        let billing = try AccountClaims.decode(text("accounts/BILLING/BILLING.jwt"))
        #expect(billing.imports.map(\.subject) == orders.exports.map(\.subject))
        #expect(billing.imports.map(\.account) == [orders.subject])
    }
}

import Authorization
import Claims
import NKeys
import Testing

@Suite struct ImportUseTests {
    private let exporterKey = KeyPair.generate(.account)
    private let importerKey = KeyPair.generate(.account)

    private func exporter(_ exports: Export...) -> AccountClaims {
        var claims = AccountClaims(subject: exporterKey.publicKey.text)
        claims.exports = exports
        return claims
    }

    private func use(_ subject: String, type: ExportType = .service, token: String = "") -> Import {
        Import(subject: subject, account: exporterKey.publicKey.text, token: token, type: type)
    }

    private func refusal(_ use: Import, _ exporter: AccountClaims, now: Int64 = 100) -> ImportRefusal? {
        do {
            _ = try ImportUse.grant(use, importer: .key(importerKey.publicKey), exporter: exporter, at: now)
            return nil
        } catch {
            return error
        }
    }

    private func activation(
        _ subject: String, signer: KeyPair? = nil, importer: KeyPair? = nil, type: ExportType = .service,
        issuerAccount: String = "", expires: Int64 = 0
    ) throws -> String {
        var claims = ActivationClaims(subject: (importer ?? importerKey).publicKey.text)
        claims.importSubject = subject
        claims.importType = type
        claims.issuerAccount = issuerAccount
        claims.expires = expires
        return try claims.encode(signedBy: signer ?? exporterKey, at: 50)
    }

    @Test func aPublicExportServesItsSubset() {
        let account = exporter(Export(subject: "q.>", type: .service))
        #expect(refusal(use("q.a"), account) == nil)
        #expect(refusal(use("q.*.b"), account) == nil)
        #expect(refusal(use(">"), account) == .noExport)
        #expect(refusal(use("x"), account) == .noExport)
        #expect(refusal(use("q.a", type: .stream), account) == .noExport)
        #expect(refusal(use("q..a"), account) == .invalidSubject)
    }

    /// Rule S5.
    @Test func everyOverlappingExportHasToAgree() {
        let open = Export(subject: "q.>", type: .service)
        let closed = Export(subject: "q.secret", type: .service, tokenRequired: true)
        for account in [exporter(open, closed), exporter(closed, open)] {
            #expect(refusal(use("q.open"), account) == nil)
            #expect(refusal(use("q.secret"), account) == .activationMissing)
            #expect(refusal(use("q.*"), account) == .activationMissing)
        }
    }

    @Test func activationsAreBound() throws {
        var closed = Export(subject: "q.>", type: .service, tokenRequired: true)
        let account = exporter(closed)
        #expect(try refusal(use("q.a", token: activation("q.a")), account) == nil)
        #expect(try refusal(use("q.a", token: activation("q.>")), account) == nil)
        #expect(try refusal(use("q.>", token: activation("q.a")), account) == .activationInvalid)
        #expect(try refusal(use("q.a", token: activation("q.a", type: .stream)), account) == .activationInvalid)
        #expect(
            try refusal(use("q.a", token: activation("q.a", importer: .generate(.account))), account)
                == .activationInvalid)
        #expect(
            try refusal(use("q.a", token: activation("q.a", signer: .generate(.account))), account)
                == .activationInvalid)
        #expect(try refusal(use("q.a", token: activation("q.a", expires: 99)), account) == .activationExpired)
        #expect(refusal(use("q.a", token: "rubbish"), account) == .activationInvalid)
        closed.revocations = [importerKey.publicKey.text: 50]
        #expect(try refusal(use("q.a", token: activation("q.a")), exporter(closed)) == .activationRevoked)
        closed.revocations = ["*": 49]
        #expect(try refusal(use("q.a", token: activation("q.a")), exporter(closed)) == nil)
    }

    @Test func signingKeysMaySignActivationsWhileTheyLast() throws {
        let key = KeyPair.generate(.account)
        var account = exporter(Export(subject: "q", type: .service, tokenRequired: true))
        let token = try activation("q", signer: key, issuerAccount: exporterKey.publicKey.text)
        #expect(refusal(use("q", token: token), account) == .activationInvalid)
        account.setSigningKey(.key(key.publicKey.text))
        #expect(refusal(use("q", token: token), account) == nil)
    }

    @Test func theAccountTokenHasToBeTheImporters() {
        var export = Export(subject: "q.*.>", type: .service)
        export.accountTokenPosition = 2
        let account = exporter(export)
        #expect(refusal(use("q.\(importerKey.publicKey.text).a"), account) == nil)
        #expect(refusal(use("q.\(exporterKey.publicKey.text).a"), account) == .wrongAccountToken)
        #expect(refusal(use("q.*.a"), account) == .wrongAccountToken)
    }

    @Test(arguments: [
        ("a.b", "", "", ExportType.stream, "a.b", "a.b"), ("a.b", "p", "", .stream, "a.b", "p.a.b"),
        ("a.b", "", "", .service, "a.b", "a.b"), ("a.b", "x.y", "", .service, "x.y", "a.b"),
        ("a.*", "p", "l.$1", .stream, "a.*", "l.$1"), ("a.*", "", "l.$1", .service, "a.*", "l.$1"),
    ])
    func `what an import is called there and here`(
        subject: String, to: String, local: String, type: ExportType, remote: String, here: String
    ) {
        var item = use(subject, type: type)
        (item.to, item.localSubject) = (to, local)
        #expect(ImportUse.remoteSubject(of: item) == remote)
        #expect(ImportUse.localSubject(of: item) == here)
    }
}

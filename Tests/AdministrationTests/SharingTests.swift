import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct SharingTests {
    private func directory(_ test: TestDirectory) throws -> Directory {
        try test.opened(accounts: "A", "B")
    }

    private func export(_ change: (inout ExportEdits) -> Void = { _ in }) -> ExportEdits {
        var edits = ExportEdits()
        change(&edits)
        return edits
    }

    @Test func `an export is a stream unless it is said to be a service`() throws {
        let test = TestDirectory()
        let directory = try directory(test)
        try directory.change("test") { change in
            try change.addExport("s.>", export(), at: .account("A"))
            try change.addExport(
                "q.*",
                export {
                    ($0.isService, $0.isPrivate, $0.name, $0.responseType) = (true, true, "Q", "stream")
                    ($0.latencySubject, $0.responseThreshold, $0.accountTokenPosition) = ("lat", 5, 2)
                }, at: .account("A"))
        }
        let exports = try directory.claims(ofAccount: "A").exports
        #expect(exports.map(\.subject) == ["q.*", "s.>"], "in the order of their subjects")
        #expect(exports[1].type == .stream && exports[1].name == "s.>" && exports[1].responseType == .unspecified)
        #expect(exports[0].type == .service && exports[0].tokenRequired && exports[0].responseType == .stream)
        #expect(exports[0].latency == ServiceLatency(sampling: 100, results: "lat"))
        #expect(exports[0].accountTokenPosition == 2 && exports[0].responseThreshold == 5)
    }

    @Test func `an export cannot be there twice`() throws {
        let test = TestDirectory()
        let directory = try directory(test)
        try directory.change("test") { try $0.addExport("a.>", export(), at: .account("A")) }
        let again = { (subject: String) in
            refusal { try directory.change("test") { try $0.addExport(subject, self.export(), at: .account("A")) } }
        }
        #expect(again("a.>") == .alreadyExists)
        #expect(again("a.b") == .invalidClaims)
        // A service and a stream may share a subject.
        try directory.change("test") { try $0.addExport("a.>", export { $0.isService = true }, at: .account("A")) }
    }

    @Test func `exports are changed and deleted by subject`() throws {
        let test = TestDirectory()
        let directory = try directory(test)
        try directory.change("test") { change in
            try change.addExport("a", export { $0.isService = true }, at: .account("A"))
            try change.editExport(nil, export { $0.latencySubject = "lat" }, at: .account("A"))
            try change.editExport("a", export { $0.latencySampling = 5 }, at: .account("A"))
        }
        #expect(try directory.claims(ofAccount: "A").exports[0].latency?.sampling == 5)
        try directory.change("test") { try $0.editExport("a", export { $0.removeLatency = true }, at: .account("A")) }
        #expect(try directory.claims(ofAccount: "A").exports[0].latency == nil)
        #expect(refusal { try directory.change("test") { try $0.deleteExport("b", at: .account("A")) } } == .notFound)
        try directory.change("test") { try $0.deleteExport("a", at: .account("A")) }
        #expect(try directory.claims(ofAccount: "A").exports.isEmpty)
    }

    @Test func `a public export is imported by the account's name or key`() throws {
        let test = TestDirectory()
        let directory = try directory(test)
        try directory.change("test") { try $0.addExport("s.>", export(), at: .account("A")) }
        var new = NewImport()
        (new.source, new.remoteSubject, new.localSubject) = (EntityReference("A"), "s.x", "mine")
        let report = try directory.change("test") { try $0.addImport(new, at: .account("B")) }.report
        #expect(report.warnings.isEmpty)
        let element = try #require(try directory.claims(ofAccount: "B").imports.first)
        #expect(try element.account == directory.claims(ofAccount: "A").subject)
        #expect(element.subject == "s.x" && element.localSubject == "mine" && element.name == "s.x")
        #expect(element.type == .stream)

        #expect(refusal { try directory.change("test") { try $0.addImport(new, at: .account("B")) } } == .alreadyExists)
        new.remoteSubject = "other"
        let warned = try directory.change("test") { try $0.addImport(new, at: .account("B")) }.report
        #expect(warned.warnings.count == 1, "there is no such export")
    }

    @Test func `a private export is imported with an activation`() throws {
        let test = TestDirectory()
        let directory = try directory(test)
        try directory.change("test") {
            try $0.addExport("q.*", export { ($0.isService, $0.isPrivate) = (true, true) }, at: .account("A"))
        }
        let activation = try directory.change("test") {
            try $0.generateActivation("q.x", for: EntityReference("B"), at: .account("A"))
        }.value
        let claims = try ActivationClaims.decode(activation)
        #expect(try claims.subject == directory.claims(ofAccount: "B").subject)
        #expect(claims.importSubject == "q.x" && claims.importType == .service)

        var new = NewImport()
        new.activation = activation
        #expect(
            refusal { try directory.change("test") { try $0.addImport(new, at: .account("A")) } } == .refused,
            "it is for another account")
        try directory.change("test") { try $0.addImport(new, at: .account("B")) }
        let element = try #require(try directory.claims(ofAccount: "B").imports.first)
        #expect(element.token == activation && element.type == .service && element.subject == "q.x")
        #expect(try element.account == directory.claims(ofAccount: "A").subject)
        #expect(try directory.findings(at: test.now).isEmpty)

        #expect(
            refusal {
                try directory.change("test") {
                    _ = try $0.generateActivation("other", for: EntityReference("B"), at: .account("A"))
                }
            } == .notFound)
        try directory.change("test") { try $0.deleteImport("q.x", from: EntityReference("A"), at: .account("B")) }
        #expect(try directory.claims(ofAccount: "B").imports.isEmpty)
    }

    @Test func `an activation signed by a signing key names its account`() throws {
        let test = TestDirectory()
        let directory = try directory(test)
        let pair = KeyPair.generate(.account)
        let activation = try directory.change("test") { change in
            try change.editAccount(
                at: .account("A"), AccountEdits(), signingKeys: ListEdits(add: [pair.publicKey.text]))
            try change.addExport("s", export { $0.isPrivate = true }, at: .account("A"))
            return try change.generateActivation(
                nil, for: EntityReference("B"), at: .account("A"), signer: .pair(pair))
        }.value
        let claims = try ActivationClaims.decode(activation)
        #expect(claims.issuer == pair.publicKey.text)
        #expect(try claims.issuerAccount == directory.claims(ofAccount: "A").subject)
    }

    @Test func `an import needs to know what and from whom`() throws {
        let test = TestDirectory()
        let directory = try directory(test)
        var new = NewImport()
        new.remoteSubject = "s"
        #expect(refusal { try directory.change("test") { try $0.addImport(new, at: .account("B")) } } == .invalidValue)
        new.source = EntityReference(KeyPair.generate(.user).publicKey)
        #expect(refusal { try directory.change("test") { try $0.addImport(new, at: .account("B")) } } == .invalidValue)
        new.source = EntityReference(KeyPair.generate(.account).publicKey)
        try directory.change("test") { try $0.addImport(new, at: .account("B")) }
    }
}

import Claims
import NKeys
import TestSupport
import Testing

@testable import Administration
@testable import Policy

/// Accounts that come out of an nsc store as policy files are those that come out of the directory.
@Suite struct PolicyExportTests {
    @Test func `a store says the same as the directory that it was made of`() throws {
        let test = TestDirectory()
        let directory = try test.open()
        let entry = try directory.change("test") { change in
            var new = NewOperator(name: "O")
            new.withSystemAccount = true
            let entry = try change.addOperator(new)
            for name in ["A", "B"] {
                let account = try change.addAccount(NewAccount(name: name), of: EntityReference(entry.publicKey))
                let place = Place(
                    operator: EntityReference(entry.publicKey), account: EntityReference(account.publicKey))
                var edits = RoleEdits()
                edits.role = "reader-of-\(name)"
                try change.editSigningKeys(["generate"], at: place, edits)
                try change.addUser(NewUser(name: "u"), at: place, signer: .named(edits.role ?? ""))
            }
            return entry
        }.value
        let folder = test.home.path + "/store"
        try directory.change("test") { try $0.exportStore(of: nil, .allDirs) }.value.write(to: folder)
        let content = try StoreContent.read(folder)
        let stored = content.accountClaims.map { PolicyExporter.Source(claims: $0) }
        let own = try directory.read { reader in
            try reader.policySources(of: reader.accounts(of: entry).filter { $0.name != "SYS" })
        }
        #expect(content.operatorNames == ["O"])
        #expect(stored.map(\.claims.name) == ["A", "B"])
        let files = try PolicyExporter.files(of: stored, operator: "O")
        #expect(try PolicyExporter.files(of: own, operator: "O").map(\.text) == files.map(\.text))
        for source in stored {
            let texts = Dictionary(
                files.map { ($0.name, Array($0.text.utf8)) }, uniquingKeysWith: { first, _ in first })
            let compiled = try #require(
                PolicySet(PolicyTexts(files: texts, environment: nil)).compiled(source.claims.name))
            let names = Dictionary(
                stored.map { ($0.claims.subject, $0.claims.name) }, uniquingKeysWith: { first, _ in first })
            let back = try compiled.claims(source.keys(names), on: source.claims).canonical
            var canonical = source.claims.canonical
            canonical.common = CommonClaims(name: source.claims.name, subject: source.claims.subject)
            #expect(try back.json() == canonical.json())
        }
    }
}

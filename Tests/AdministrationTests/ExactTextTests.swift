import Claims
import GRDB
import NKeys
import Testing

@testable import Administration

/// Texts that look alike and are two to NATS: an accent by itself, and one that is part of its letter.
@Suite struct ExactTextTests {
    private let apart = "e\u{301}"
    private let composed = "\u{E9}"

    @Test func `entries of lists are compared byte by byte`() {
        var list = ["x.\(apart)"]
        ListEdits(add: ["x.\(composed)"]).apply(to: &list)
        #expect(list.count == 2)
        ListEdits(remove: ["x.\(composed)"]).apply(to: &list)
        #expect(list.count == 1 && list[0].isExactly("x.\(apart)"))
    }

    @Test func `a user's denials and tags are both kept`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        try directory.change("test") { change in
            var new = NewUser(name: "u")
            new.limits.permissions.denyPublish = ["x.\(apart)"]
            new.tags = [apart]
            try change.addUser(new, at: .account("A"))
            var edits = UserEdits()
            edits.limits.permissions.denyPublish = ["x.\(composed)"]
            edits.tags = ListEdits(add: [composed])
            try change.editUser(EntityReference("u"), at: .account("A"), edits)
        }
        let claims = try directory.claims(ofUser: "u", in: "A")
        #expect(claims.limits.permissions.publish.deny.count == 2 && claims.tags.count == 2)
    }

    @Test func `exports, imports, mappings and roles are told apart`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B")
        func new(_ subject: String) -> NewImport {
            var new = NewImport()
            (new.source, new.remoteSubject) = (EntityReference("A"), subject)
            return new
        }
        for letter in [apart, composed] {
            try directory.change("test") { change in
                try change.addExport("s.\(letter)", ExportEdits(), at: .account("A"))
                try change.addImport(new("s.\(letter)"), at: .account("B"))
                var mapping = NewMapping(from: "m", to: "d.\(letter)")
                mapping.weight = 50
                try change.addMapping(mapping, at: .account("A"))
                // As a store may have it: whoever chooses a name now writes the composed one.
                var scope = UserScope()
                (scope.key, scope.role) = (KeyPair.generate(.account).publicKey.text, letter)
                let account = try change.reader.account(at: .account("A"))
                try change.editAccount(account, signer: .automatic) { claims, _ in claims.setSigningKey(.scope(scope)) }
            }
        }
        var claims = try directory.claims(ofAccount: "A")
        #expect(claims.exports.count == 2 && claims.signingKeys.count == 2 && claims.mappings["m"]?.count == 2)
        #expect(try directory.claims(ofAccount: "B").imports.count == 2)
        try directory.change("test") { change in
            try change.deleteExport("s.\(composed)", at: .account("A"))
            try change.deleteImport("s.\(composed)", from: nil, at: .account("B"))
            try change.deleteMapping(from: "m", to: "d.\(composed)", cluster: nil, at: .account("A"))
        }
        claims = try directory.claims(ofAccount: "A")
        #expect(claims.exports.map { Array($0.subject.utf8) } == [Array("s.\(apart)".utf8)])
        #expect(claims.mappings["m"]?.map { Array($0.subject.utf8) } == [Array("d.\(apart)".utf8)])
        #expect(
            try directory.claims(ofAccount: "B").imports.map { Array($0.subject.utf8) } == [Array("s.\(apart)".utf8)])
    }

    @Test func `the audit log says how a text changed that still looks the same`() throws {
        let old = JSONValue.object(["name": .string(apart), apart: .bool(true)])
        let new = JSONValue.object(["name": .string(composed), composed: .bool(true)])
        #expect(
            PatchOperation.between(old, new).map(\.op).sorted { $0.rawValue < $1.rawValue } == [
                .add, .remove, .replace,
            ])
        #expect(PatchOperation.between(old, old).isEmpty)
    }

    @Test func `a store with names in two compositions goes out and comes in`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "other", composed)
        try directory.change("test") { change in
            try change.addUser(NewUser(name: "u"), at: .account(composed))
            let account = try change.reader.account(at: .account("other"))
            try change.editAccount(account, signer: .automatic) { claims, _ in claims.name = apart }
            try change.database.execute(sql: "UPDATE accounts SET name = ? WHERE name = 'other'", arguments: [apart])
            try change.addUser(NewUser(name: "u"), at: .account(apart))
        }
        let folder = test.home.path + "/store"
        try directory.change("test") { try $0.exportStore(of: nil, .allDirs) }.value.write(to: folder)
        let content = try StoreContent.read(folder)
        #expect(content.problems.isEmpty && content.operators.first?.accounts.count == 2)
        let other = TestDirectory()
        let copy = try other.open()
        #expect(try copy.change("test") { try $0.importStore(content) }.value.isEmpty)
        #expect(try copy.read { try $0.accounts(of: $0.operator(nil)).count } == 2)
        for name in [apart, composed] {
            #expect(try copy.claims(ofAccount: name).name.isExactly(name))
            #expect(try copy.claims(ofUser: "u", in: name).name == "u")
        }
    }
}

import Claims
import NKeys
import Testing

@testable import Administration

@Suite struct NameTests {
    @Test func `a name leaves room for the ending of its file`() throws {
        let longest = String(repeating: "n", count: 249)
        #expect(try EntityName.checked(longest, for: "a user") == longest)
        #expect(refusal { _ = try EntityName.checked(longest + "n", for: "a user") } == .invalidValue)
        let test = TestDirectory()
        let directory = try test.opened(accounts: longest, operator: longest)
        try directory.change("test") { try $0.addUser(NewUser(name: longest), at: .account(longest)) }
        let folder = test.home.path + "/store"
        try directory.change("test") { try $0.exportStore(of: nil, .xdg) }.value.write(to: folder)
        let content = try StoreContent.read(folder)
        #expect(content.problems.isEmpty && content.operators.first?.accounts.first?.users.count == 1)
    }

    @Test func `a name that no file can have stops before anything is written`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let operatorEntry = try directory.read { try $0.operator(nil) }
        let account = try directory.read { try $0.account(at: .account("A")) }
        var export = StoreExport(.allDirs)
        export.add(operatorEntry)
        export.add(
            AccountEntry(
                publicKey: account.publicKey, operator: account.operator, name: String(repeating: "n", count: 252),
                token: account.token), of: operatorEntry)
        let folder = test.home.path + "/store"
        #expect(refusal { try export.write(to: folder) } == .refused)
        #expect(!PrivateFile.exists(folder))
    }

    @Test(arguments: ["\u{200B}", "\u{2060}\u{200D}", "\u{115F}", "\u{FE0F}", "\u{E0041}"])
    func `a name that nobody can see is none`(name: String) {
        #expect(refusal { _ = try EntityName.checked(name, for: "an account") } == .invalidValue)
    }

    @Test(arguments: ["株式会社", "a\u{200D}b", "🚀", "é", "-"])
    func `a name with something to see is one`(name: String) throws {
        #expect(try EntityName.checked(name, for: "an account") == name)
    }

    private func fault(_ name: String) -> AdministrationError? {
        do { _ = try EntityName.made(name, for: "a user") } catch { return error }
        return nil
    }

    @Test func `a name that is chosen has the form that what reads alike has in common`() {
        let marks = fault("Jose\u{301}")
        #expect(marks?.code == .invalidValue)
        #expect(marks?.remedy == "write \"Jos\u{E9}\", each letter with its marks as one character (NFC)")
        #expect(
            marks?.remedy?.utf8.elementsEqual(
                "write \"Jos\u{E9}\", each letter with its marks as one character (NFC)".utf8) == true)
        #expect(fault("\u{FF21}dmin")?.remedy == "write \"Admin\"")
        #expect(fault("o\u{FB03}ce")?.remedy == "write \"office\"")
        #expect(fault("\u{212B}ngstr\u{F6}m")?.remedy?.hasPrefix("write \"\u{C5}ngstr\u{F6}m\"") == true)
        // What no name may have is no advice.
        #expect(fault("c\u{2100}d")?.remedy == "choose another name")
        for name in ["Jos\u{E9}", "株式会社", "🚀", "Ελλάδα", "a b@c", "*a"] { #expect(fault(name) == nil) }
    }

    @Test func `what was made elsewhere, or is there already, keeps its name`() throws {
        let name = "Jose\u{301}\u{FF21}"
        #expect(try EntityName.checked(name, for: "a user") == name)
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let signer = try #require(
            try directory.read { try directory.keyring($0).keyPair($0.account(at: .account("A")).publicKey) })
        let token = try UserClaims(subject: KeyPair.generate(.user).publicKey.text, name: name)
            .encode(signedBy: signer, at: TestDirectory.start)
        try directory.change("test") { _ = try $0.importUser(token) }
        var edits = UserEdits()
        edits.tags = ListEdits(add: ["t"])
        try directory.change("test") { try $0.editUser(EntityReference(name), at: .account("A"), edits) }
        #expect(try directory.claims(ofUser: name, in: "A").tags.contains("t"))
    }

    @Test func `a role is chosen in that form, too, and keeps what it is called`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var edits = RoleEdits()
        for name in ["Jose\u{301}", "\u{FF21}", "a\u{202E}b"] {
            edits.role = name
            #expect(
                refusal {
                    try directory.change("test") { try $0.editSigningKeys(["generate"], at: .account("A"), edits) }
                }
                    == .invalidValue)
            #expect(
                refusal {
                    try directory.change("test") {
                        try $0.setRole(WholeRole(name: name), in: $0.reader.account(at: .account("A")))
                    }
                } == .invalidValue)
        }
        edits.role = "team a/b"
        try directory.change("test") { try $0.editSigningKeys(["generate"], at: .account("A"), edits) }
        var role = WholeRole(name: "team a/b")
        role.description = "kept"
        let whole = role
        try directory.change("test") { try $0.setRole(whole, in: $0.reader.account(at: .account("A"))) }
        #expect(try directory.claims(ofAccount: "A").signingKeys.first?.scope?.description == "kept")
    }
}

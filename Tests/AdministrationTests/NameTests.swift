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
}

import Claims
import Foundation
import NKeys
import Testing

@testable import Administration

@Suite struct RefusalTests {
    // MARK: Subjects

    @Test(arguments: ["a", "a.b", "*", ">", "a.*.>", "a*", "x>y", "$SYS.REQ.*", "b.{{wildcard(1)}}", "ask.$1", "订单.新建"])
    func `subjects that a server can match are taken`(_ text: String) throws {
        #expect(try CheckedSubject.check(text, "the subject") == text)
    }

    @Test(arguments: ["", " ", "a b", "a\tb", "a\nb", "a.", ".a", "a..b", "a.>.b", ">.a", ">."])
    func `others are refused with what to do`(_ text: String) {
        let error = #expect(throws: AdministrationError.self) { try CheckedSubject.check(text, "the subject") }
        #expect(error?.code == .invalidValue && error?.remedy?.isEmpty == false)
    }

    @Test func `a queue group belongs to subscriptions alone`() throws {
        try CheckedSubject.checkPermission("a.> workers", mayHaveQueue: true)
        try CheckedSubject.checkPermission("a.{{tag(x)}}.{{ name() }}", mayHaveQueue: false)
        #expect(refusal { try CheckedSubject.checkPermission("a.> workers", mayHaveQueue: false) } == .invalidValue)
        #expect(refusal { try CheckedSubject.checkPermission("a b c", mayHaveQueue: true) } == .invalidValue)
        #expect(refusal { try CheckedSubject.checkPermission("a ", mayHaveQueue: true) } == .invalidValue)
    }

    // MARK: Times

    @Test(
        arguments: [
            (nil, 100, false), (nil, 101, true), (nil, 99, false), (nil, 0, true), (nil, nil, true), (50, nil, true),
            (200, 201, true), (200, 200, false), (200, 150, false), (0, 101, true),
        ] as [(Int64?, Int64?, Bool)])
    func `a validity ends after it begins, and not in the past`(_ start: Int64?, _ end: Int64?, _ isTaken: Bool) {
        let validity = Validity(notBefore: start, expires: end)
        #expect((refusal { try validity.check(at: 100) } == nil) == isTaken)
    }

    @Test func `zones are those that the machine knows`() {
        #expect(SystemTimeZones.isKnown("Europe/Berlin") && SystemTimeZones.isKnown("UTC"))
        for name in ["Mars/Base", "Europe", "../passwd", "", "/UTC"] {
            #expect(!SystemTimeZones.isKnown(name), "\(name)")
        }
    }

    // MARK: Words

    @Test(
        arguments: [
            ("plain", "plain"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("", "''"), ("$x", "'$x'"),
            ("a.b-c:d/e", "a.b-c:d/e"),
            ("株式会社", "株式会社"), ("*", "'*'"),
        ])
    func `words of remedies can be typed as they stand`(_ word: String, _ typed: String) {
        #expect(commandWord(word) == typed)
    }

    @Test func `a seed is no name`() {
        let seed = "SU" + String(repeating: "A", count: 56)
        let error = #expect(throws: AdministrationError.self) { try EntityName.checked(seed, for: "a user") }
        #expect(error?.description.contains(seed) == false)
        #expect(throws: Never.self) { try EntityName.checked("SALES", for: "an account") }
    }

    @Test func `a key file may lie in a folder of its own`() throws {
        let home = try Home.locate("/a/", keystore: "/b/") { _ in nil }
        #expect(home.directoryPath == "/a/directory.sqlite" && home.keyFilePath == "/b/keyring.key")
        #expect(try Home.locate("/a") { _ in nil } == Home(path: "/a"))
        #expect(try Home.locate(nil) { ["XDG_DATA_HOME": "/d", "HOME": "/h"][$0] }.path == "/d/chancery")
        #expect(try Home.locate(nil) { ["XDG_DATA_HOME": "d", "HOME": "/h"][$0] }.path == "/h/.local/share/chancery")
        #expect(refusal { _ = try Home.locate(nil) { _ in nil } } == .noSelection)
    }

    // MARK: Importing from oneself

    @Test func `an account imports nothing from itself`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var new = NewImport()
        (new.source, new.remoteSubject) = (EntityReference("A"), "x")
        #expect(refusal { try directory.change("test") { try $0.addImport(new, at: .account("A")) } } == .invalidValue)
        #expect(try directory.claims(ofAccount: "A").imports.isEmpty)
    }

    @Test(arguments: ["nats://h:1", "tls://h", "https://h/jwt/v1", "ws://h", ""])
    func `accounts are pushed to these`(_ url: String) throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var edits = OperatorEdits()
        edits.accountServerURL = url
        try directory.change("test") { try $0.editOperator(nil, edits) }
        #expect(try directory.claims().accountServerURL == url)
    }

    @Test(arguments: ["ftp://h", "h:4222", "nats://", "://h"])
    func `and not to these`(_ url: String) throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        var edits = OperatorEdits()
        edits.accountServerURL = url
        #expect(refusal { try directory.change("test") { try $0.editOperator(nil, edits) } } == .invalidValue)
    }
}

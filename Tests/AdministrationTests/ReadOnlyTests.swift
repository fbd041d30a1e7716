import Foundation
import GRDB
import Secrets
import Testing

@testable import Administration

/// Directories that cannot be written. Whoever may write everything sees that only on a disk that is mounted so, which
/// Tests/Interop does; here the connection is asked for.
@Suite struct ReadOnlyTests {
    @Test func `reading leaves nothing behind`() throws {
        let test = TestDirectory()
        try test.opened(accounts: "A").close()
        let before = try FileManager.default.contentsOfDirectory(atPath: test.home.path).sorted()
        let database = try DatabaseConnection.openForReading(test.home.directoryPath, patience: 1)
        #expect(try database.read { try DirectoryReader(database: $0).operators().count } == 1)
        #expect(throws: (any Error).self) { try database.write { try $0.execute(sql: "DELETE FROM accounts") } }
        try database.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.home.path).sorted() == before)
    }

    @Test func `what others have just changed is read, too`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A")
        let database = try DatabaseConnection.openForReading(test.home.directoryPath, patience: 1)
        #expect(try database.read { try DirectoryReader(database: $0).operators().count } == 1)
        try database.close()
        try directory.close()
    }

    @Test func `a path with signs that mean something in an address is found`() throws {
        let test = TestDirectory()
        try test.opened(accounts: "A").close()
        let odd = test.home.path + "/a b?c#d%e"
        try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: test.home.directoryPath, toPath: odd + "/directory.sqlite")
        let database = try DatabaseConnection.openForReading(odd + "/directory.sqlite", patience: 1)
        #expect(try database.read { try DirectoryReader(database: $0).operators().count } == 1)
    }
}

@Suite struct StagedFileTests {
    private let content = Secret(copying: Array("content".utf8))

    @Test func `a file is there only once it is placed`() throws {
        let test = TestDirectory()
        try PrivateFile.makeFolder(test.home.path)
        let path = test.home.path + "/file"
        do {
            let file = try StagedFile(path, replacing: false)
            try file.write(content)
            #expect(!PrivateFile.exists(path))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.home.path).isEmpty)
        let file = try StagedFile(path, replacing: false)
        try file.write(content)
        try file.place()
        #expect(try PrivateFile.read(path).withBytes { Array($0) } == Array("content".utf8))
    }

    @Test func `a file that is there is replaced only if that was said`() throws {
        let test = TestDirectory()
        try PrivateFile.makeFolder(test.home.path)
        let path = test.home.path + "/file"
        try PrivateFile.write(Secret(copying: [1]), to: path)
        #expect(refusal { _ = try StagedFile(path, replacing: false) } == .alreadyExists)
        let file = try StagedFile(path, replacing: true)
        try file.write(content)
        try file.place()
        #expect(try PrivateFile.read(path).count == 7)
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.home.path) == ["file"])
    }

    @Test func `a folder that is not there is found out before the change`() throws {
        let test = TestDirectory()
        let file = try StagedFile(test.home.path + "/nowhere/file", replacing: false)
        #expect(refusal { try file.write(content) } == .storageFailed)
    }
}

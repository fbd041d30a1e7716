import FoundationEssentials
import GRDB
import Testing

@testable import Administration

/// What goes into a statement comes out of it as it was.
@Suite struct StatementTests {
    private func inTransaction(_ body: (Database) throws -> Void) throws {
        let database = try DatabaseQueue()
        try database.inTransaction { database in
            try database.execute(sql: "CREATE TABLE things (n INTEGER PRIMARY KEY, text TEXT, bytes BLOB)")
            try body(database)
            return .commit
        }
    }

    @Test(arguments: ["", "a", "caf\u{E9}", "cafe\u{301}", "a\u{0}b", String(repeating: "long ", count: 1_000)])
    func `a text comes back byte for byte`(_ text: String) throws {
        try inTransaction { database in
            try database.run(sql: "INSERT INTO things (text) VALUES (?)", arguments: [text])
            let found = try #require(try database.row("SELECT text FROM things"))
            #expect(found.text("text").map { Array($0.utf8) } == Array(text.utf8))
            #expect(found.integer("text") == nil && found.bytes("text") == nil)
            let sizes = try database.integer("SELECT length(CAST(text AS BLOB)) AS number FROM things")
            #expect(sizes == Int64(text.utf8.count))
        }
    }

    @Test(arguments: [[], [0], [UInt8](0...255)])
    func `bytes come back`(_ bytes: [UInt8]) throws {
        try inTransaction { database in
            try database.run(sql: "INSERT INTO things (bytes) VALUES (?)", arguments: [bytes])
            try database.run(sql: "INSERT INTO things (bytes) VALUES (?)", arguments: [Data(bytes)])
            let found = try database.rows("SELECT bytes, typeof(bytes) AS text FROM things")
            #expect(found.map { $0.bytes("bytes") } == [bytes, bytes])
            #expect(found.map { $0.text("text") } == ["blob", "blob"])
        }
    }

    @Test func `what is not of the type that is asked for is nil, and so is what is not there`() throws {
        try inTransaction { database in
            try database.run(
                sql: "INSERT INTO things (n, text, bytes) VALUES (?, ?, ?)", arguments: [Int64.min, nil, nil])
            let sql = "SELECT n, text, 1.5 AS real FROM things WHERE n = ?"
            let row = try #require(try database.row(sql, [Int64.min]))
            #expect(row.integer("n") == .min && row.text("n") == nil)
            #expect(row.text("text") == nil && row.integer("real") == nil)
            #expect(row.text("N") == nil && row.integer("other") == nil)
            #expect(try database.row(sql, [0]) == nil)
            #expect(try database.finds(sql, [Int64.min]) && !database.finds(sql, [0]))
        }
    }

    @Test func `a statement that failed, or was not read to its end, can be run again`() throws {
        try inTransaction { database in
            let sql = "INSERT INTO things (n) VALUES (?)"
            for number in 0..<3 { try database.run(sql: sql, arguments: [number]) }
            let error = #expect(throws: DatabaseError.self) { try database.run(sql: sql, arguments: [1]) }
            #expect(error?.resultCode == .SQLITE_CONSTRAINT)
            try database.run(sql: sql, arguments: [3])
            #expect(try database.row("SELECT n FROM things ORDER BY n")?.integer("n") == 0)
            #expect(
                try database.rows("SELECT n FROM things ORDER BY n").compactMap { $0.integer("n") } == [0, 1, 2, 3])
            // A statement that still reads would keep the table.
            try database.execute(sql: "DROP TABLE things")
        }
    }

    @Test func `the number of values is that of the marks`() throws {
        try inTransaction { database in
            for values in [[], [1, 2]] as [StatementValues] {
                let error = #expect(throws: DatabaseError.self) { try database.row("SELECT ?", values) }
                #expect(error?.resultCode == .SQLITE_MISUSE)
            }
        }
    }

    @Test func `nothing is written once the transaction was lost`() throws {
        let database = try DatabaseQueue()
        try database.inDatabase { try $0.execute(sql: "CREATE TABLE things (n INTEGER)") }
        let error = #expect(throws: DatabaseError.self) {
            try database.inTransaction { database in
                try database.execute(sql: "ROLLBACK")
                try database.run(sql: "INSERT INTO things VALUES (?)", arguments: [1])
                return .commit
            }
        }
        #expect(error?.resultCode == .SQLITE_ABORT)
        #expect(try database.read { try $0.row("SELECT n FROM things") == nil })
    }
}

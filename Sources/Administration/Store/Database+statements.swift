import FoundationEssentials
import GRDB
import GRDBSQLite

// A change runs the same few statements for everything it touches, so they are prepared once, and are bound, carried out and read
// here: to do that for any statement, as GRDB does it, takes as long as most of these do by themselves. That is right for
// statements that neither begin nor end a transaction and do not change the tables themselves; GRDB need know of no other.
extension Database {
    /// Runs a statement.
    func run(sql: String, arguments: StatementValues) throws {
        try carryOut(sql, arguments) { _, _ in true }
    }

    /// The rows of a statement.
    func rows(_ sql: String, _ arguments: StatementValues = []) throws -> [StoredRow] {
        var rows: [StoredRow] = []
        try carryOut(sql, arguments) { statement, names in
            rows.append(StoredRow(statement, names))
            return true
        }
        return rows
    }

    /// The first row of a statement, or nil if there is none.
    func row(_ sql: String, _ arguments: StatementValues = []) throws -> StoredRow? {
        var row: StoredRow?
        try carryOut(sql, arguments) { statement, names in
            row = StoredRow(statement, names)
            return false
        }
        return row
    }

    /// The texts of a statement's column `text`.
    func texts(_ sql: String, _ arguments: StatementValues = []) throws -> [String] {
        try rows(sql, arguments).map { try $0.text("text").orDamaged() }
    }

    /// The first integer of a statement's column `number`, or nil if there is none.
    func integer(_ sql: String, _ arguments: StatementValues = []) throws -> Int64? {
        try row(sql, arguments)?.integer("number")
    }

    /// Whether a statement finds anything.
    func finds(_ sql: String, _ arguments: StatementValues = []) throws -> Bool {
        var isFound = false
        try carryOut(sql, arguments) { _, _ in
            isFound = true
            return false
        }
        return isFound
    }

    /// - Parameter take: gets each row, and says whether it wants the next one.
    private func carryOut(
        _ sql: String, _ arguments: StatementValues, _ take: (SQLiteStatement, [String]) throws -> Bool
    ) throws {
        let prepared = try cachedStatement(sql: sql)
        let statement = prepared.sqliteStatement
        guard Int(sqlite3_bind_parameter_count(statement)) == arguments.count else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "wrong number of statement arguments")
        }
        // What is written after something ended the whole transaction, such as a full disk, would be a change by itself.
        guard isInsideTransaction || sqlite3_stmt_readonly(statement) != 0 else {
            throw DatabaseError(resultCode: .SQLITE_ABORT, message: "the transaction was ended")
        }
        // Nothing of it is left: no lock, and no value.
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in arguments.enumerated() {
            let place = CInt(truncatingIfNeeded: index + 1)
            let code = value?.bind(to: statement, at: place) ?? sqlite3_bind_null(statement, place)
            guard code == SQLITE_OK else { throw failure(code) }
        }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                guard try take(statement, prepared.columnNames) else { return }
            case SQLITE_DONE: return
            case let code: throw failure(code)
            }
        }
    }

    private func failure(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: lastErrorMessage)
    }
}

/// What the marks of a statement stand for, in their order; nil for NULL.
typealias StatementValues = [(any StatementValue)?]

/// A value that a statement takes.
protocol StatementValue {
    /// - Returns: SQLite's code.
    func bind(to statement: SQLiteStatement, at place: CInt) -> CInt
}

/// Has SQLite copy what it is given: `SQLITE_TRANSIENT`, which is a cast that Swift does not take over from C.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension String: StatementValue {
    func bind(to statement: SQLiteStatement, at place: CInt) -> CInt {
        var text = self
        return text.withUTF8 { bytes in
            // An empty text has no place, which would be NULL.
            guard let start = bytes.baseAddress else { return sqlite3_bind_text(statement, place, "", 0, copied) }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text64(statement, place, $0, UInt64(bytes.count), copied, UInt8(SQLITE_UTF8))
            }
        }
    }
}

extension Int64: StatementValue {
    func bind(to statement: SQLiteStatement, at place: CInt) -> CInt { sqlite3_bind_int64(statement, place, self) }
}

extension Int: StatementValue {
    func bind(to statement: SQLiteStatement, at place: CInt) -> CInt { Int64(self).bind(to: statement, at: place) }
}

extension Bool: StatementValue {
    func bind(to statement: SQLiteStatement, at place: CInt) -> CInt {
        Int64(self ? 1 : 0).bind(to: statement, at: place)
    }
}

extension [UInt8]: StatementValue {
    func bind(to statement: SQLiteStatement, at place: CInt) -> CInt {
        withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                return sqlite3_bind_zeroblob(statement, place, 0)
            }
            return sqlite3_bind_blob64(statement, place, start, UInt64(bytes.count), copied)
        }
    }
}

extension Data: StatementValue {
    func bind(to statement: SQLiteStatement, at place: CInt) -> CInt { [UInt8](self).bind(to: statement, at: place) }
}

extension StoredRow {
    /// The row that a statement has found.
    init(_ statement: SQLiteStatement, _ names: [String]) {
        self.names = names
        values = [Value](unsafeUninitializedCapacity: names.count) { values, count in
            for place in names.indices { values.initializeElement(at: place, to: Value(statement, CInt(place))) }
            count = names.count
        }
    }
}

extension StoredRow.Value {
    fileprivate init(_ statement: SQLiteStatement, _ place: CInt) {
        switch sqlite3_column_type(statement, place) {
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(statement, place))
        case SQLITE_FLOAT: self = .real
        case SQLITE_TEXT:
            // The text first: SQLite counts the bytes of what it has given.
            let start = sqlite3_column_text(statement, place)
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, place)))
            self = .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, place)
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, place)))
            self = .bytes(Array(bytes))
        default: self = .null
        }
    }
}

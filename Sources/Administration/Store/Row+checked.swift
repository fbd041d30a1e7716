import FoundationEssentials
import GRDB

// Columns as they are, whoever wrote them: nil where the type is another one. GRDB's own conversions end the process
// then, which a damaged database must not.
extension Row {
    func bytes(_ column: String) -> [UInt8]? {
        guard case .blob(let data)? = value(column)?.storage else { return nil }
        return Array(data)
    }

    func text(_ column: String) -> String? {
        guard case .string(let text)? = value(column)?.storage else { return nil }
        return text
    }

    func integer(_ column: String) -> Int64? {
        guard case .int64(let integer)? = value(column)?.storage else { return nil }
        return integer
    }

    /// The value of a column whose name is written as in the statement. To look for it in any case, as GRDB does, takes longer
    /// than most questions.
    private func value(_ column: String) -> DatabaseValue? {
        for (name, value) in self where name == column { return value }
        return nil
    }
}

extension Optional {
    /// What must be in a row of a sound database.
    ///
    /// - Throws: ``AdministrationError`` of code `storageFailed`.
    func orDamaged() throws(AdministrationError) -> Wrapped {
        guard let self else { throw AdministrationError.damagedRow }
        return self
    }
}

// A change runs the same few statements for everything it touches, so they are prepared once.
extension Database {
    /// Runs a statement.
    func run(sql: String, arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The first row of a statement, or nil if there is none.
    func row(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    /// The texts of a statement's column `text`.
    func texts(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [String] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments).map { try $0.text("text").orDamaged() }
    }

    /// The first integer of a statement's column `number`, or nil if there is none.
    func integer(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int64? {
        try row(sql, arguments)?.integer("number")
    }

    /// Whether a statement finds anything.
    func finds(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Bool {
        try row(sql, arguments) != nil
    }
}

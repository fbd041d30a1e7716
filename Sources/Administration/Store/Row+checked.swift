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

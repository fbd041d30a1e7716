import FoundationEssentials
import GRDB

// Columns as they are, whoever wrote them: nil where the type is another one. GRDB's own conversions end the process
// then, which a damaged database must not.
extension Row {
    func bytes(_ column: String) -> [UInt8]? {
        guard case .blob(let data)? = (self[column] as DatabaseValue?)?.storage else { return nil }
        return Array(data)
    }

    func text(_ column: String) -> String? {
        guard case .string(let text)? = (self[column] as DatabaseValue?)?.storage else { return nil }
        return text
    }

    func integer(_ column: String) -> Int64? {
        guard case .int64(let integer)? = (self[column] as DatabaseValue?)?.storage else { return nil }
        return integer
    }
}

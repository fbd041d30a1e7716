/// A row as a statement found it, with its columns as they are, whoever wrote them: nil where the type is another one, or where
/// there is no such column.
struct StoredRow {
    enum Value {
        case null, real
        case integer(Int64)
        case text(String)
        case bytes([UInt8])
    }

    /// The columns' names as the statement has them: the same for all its rows.
    let names: [String]
    let values: [Value]

    func text(_ column: String) -> String? {
        if case .text(let text) = value(column) { text } else { nil }
    }

    func integer(_ column: String) -> Int64? {
        if case .integer(let integer) = value(column) { integer } else { nil }
    }

    func bytes(_ column: String) -> [UInt8]? {
        if case .bytes(let bytes) = value(column) { bytes } else { nil }
    }

    private func value(_ column: String) -> Value {
        names.firstIndex(of: column).map { values[$0] } ?? .null
    }
}

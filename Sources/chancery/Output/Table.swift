import NKeys

/// A table for people, no wider than their screen: cells that do not fit are continued on the next line. A cell holds no
/// line break and no seed, whatever it was given.
struct Table {
    /// A column that is narrower shows no wide character.
    private static let narrowestColumn = 2

    /// A line above the table; nil for none.
    var title: String?
    /// What stands above the columns; empty for a list of names and values.
    var header: [String] = []
    /// The rows, each with as many cells as the table has columns. Nil is a line across.
    private var rows: [[String]?] = []

    init(title: String? = nil, header: [String] = []) {
        self.title = title
        self.header = header
    }

    /// Adds a row.
    mutating func add(_ cells: String...) {
        rows.append(cells.map { Console.printableLine(SecretText.hidden(in: $0)) })
    }

    /// Adds a name with several values, one below the other.
    mutating func add(_ name: String, values: [String]) {
        for (index, value) in values.enumerated() { add(index == 0 ? name : "", value) }
    }

    /// Adds a line across.
    mutating func addLine() {
        if rows.last != .some(nil), !rows.isEmpty { rows.append(nil) }
    }

    /// The table as text, at most `width` columns wide where that is possible.
    func text(width: Int?) -> String {
        let all = (header.isEmpty ? [] : [header]) + rows.compactMap { $0 }
        let widths = fitted(all, into: width)
        let line = "+" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+") + "+"
        var lines = title.map { [Console.printableLine($0)] } ?? []
        lines.append(line)
        if !header.isEmpty { lines += Self.lines(of: header, widths) + [line] }
        for row in rows { lines += row.map { Self.lines(of: $0, widths) } ?? [line] }
        lines.append(line)
        return lines.joined(separator: "\n")
    }

    /// The widths of the columns: what the cells need, less in the widest ones until the table fits.
    private func fitted(_ rows: [[String]], into width: Int?) -> [Int] {
        let count = rows.map(\.count).max() ?? 0
        var widths = (0..<count).map { column in
            rows.compactMap { $0.indices.contains(column) ? Self.width($0[column]) : nil }.max() ?? 0
        }
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + 3 * count + 1 - width
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > Self.narrowestColumn
        {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private static func lines(of cells: [String], _ widths: [Int]) -> [String] {
        let parts = widths.indices.map { column in
            cells.indices.contains(column) ? broken(cells[column], widths[column]) : [""]
        }
        return (0..<(parts.map(\.count).max() ?? 1)).map { line in
            let cells = widths.indices.map { column in
                let text = parts[column].indices.contains(line) ? parts[column][line] : ""
                return " " + text + String(repeating: " ", count: max(0, widths[column] - width(text)) + 1)
            }
            return "|" + cells.joined(separator: "|") + "|"
        }
    }

    /// Cuts a text into pieces of at most `limit` columns.
    private static func broken(_ text: String, _ limit: Int) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var used = 0
        for character in text {
            let columns = width(character)
            if used + columns > limit, !piece.isEmpty {
                pieces.append(piece)
                (piece, used) = ("", 0)
            }
            piece.append(character)
            used += columns
        }
        return pieces + [piece]
    }

    private static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    /// East Asian wide characters and emoji take two columns, marks by themselves none.
    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        if first.properties.generalCategory == .nonspacingMark { return 0 }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }
}

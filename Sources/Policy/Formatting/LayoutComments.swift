/// Where the comments of a file are, and where what stands in brackets ends.
struct LayoutComments {
    struct Comment {
        /// From 1, as in positions.
        let line: Int
        let column: Int
        /// With its `#`, without blanks at its end.
        let text: String
        /// Whether nothing else stands on its line.
        let isAlone: Bool
    }

    private struct Place: Hashable {
        let line: Int
        let column: Int
    }

    /// In the order of the file.
    private(set) var comments: [Comment] = []
    private let source: PolicySource
    private var quotes: Set<Place> = []
    private var brackets: Set<Place> = []
    private var open: [Place] = []
    private var ends: [Place: Int] = [:]

    /// - Parameter root: what has been read of the source: where its quotes and brackets are is known from it.
    init(_ source: PolicySource, _ root: PolicyNode) {
        self.source = source
        gather(root)
        for line in source.lines.indices { scan(line) }
    }

    /// The line of the bracket that closes a list or a mapping; nil for those without brackets.
    func end(of node: PolicyNode) -> Int? { ends[Place(line: node.position.line, column: node.position.column)] }

    /// Whether a line has nothing on it.
    func isBlank(_ line: Int) -> Bool {
        source.lines.indices.contains(line - 1) && source.lines[line - 1].allSatisfy { $0 == " " || $0 == "\t" }
    }

    private mutating func gather(_ node: PolicyNode) {
        let place = Place(line: node.position.line, column: node.position.column)
        switch node.content {
        case .nothing: break
        case .text(_, let isQuoted): if isQuoted { quotes.insert(place) }
        case .list(let elements):
            if isBracket(node) { brackets.insert(place) }
            for element in elements { gather(element) }
        case .mapping(let members):
            if isBracket(node) { brackets.insert(place) }
            for member in members {
                gather(member.key)
                gather(member.value)
            }
        }
    }

    private func isBracket(_ node: PolicyNode) -> Bool {
        let (line, column) = (node.position.line - 1, node.position.column - 1)
        guard source.lines.indices.contains(line), source.lines[line].indices.contains(column) else { return false }
        return source.lines[line][column] == "[" || source.lines[line][column] == "{"
    }

    private mutating func scan(_ index: Int) {
        let scalars = source.lines[index]
        var column = 0
        while column < scalars.count {
            let place = Place(line: index + 1, column: column + 1)
            let scalar = scalars[column]
            if quotes.contains(place) {
                column = Self.end(ofQuotesAt: column, in: scalars)
                continue
            }
            if brackets.contains(place) {
                open.append(place)
            } else if scalar == "]" || scalar == "}", !open.isEmpty {
                ends[open.removeLast()] = index + 1
            } else if scalar == "#", column == 0 || scalars[column - 1] == " " || scalars[column - 1] == "\t" {
                let isAlone = scalars[..<column].allSatisfy { $0 == " " || $0 == "\t" }
                let text = scalars[column...].reversed().drop { $0 == " " || $0 == "\t" }.reversed()
                comments.append(
                    Comment(line: place.line, column: place.column, text: String(text), isAlone: isAlone))
                return
            }
            column += 1
        }
    }

    /// Behind the quotes that begin at a place, which are closed on their line.
    private static func end(ofQuotesAt start: Int, in scalars: [Unicode.Scalar]) -> Int {
        let quote = scalars[start]
        var column = start + 1
        while column < scalars.count {
            if quote == "\"", scalars[column] == "\\" {
                column += 2
            } else if scalars[column] != quote {
                column += 1
            } else if quote == "'", column + 1 < scalars.count, scalars[column + 1] == "'" {
                column += 2
            } else {
                return column + 1
            }
        }
        return column
    }
}

/// Finds the operation of a request.
struct RouteTable: Sendable {
    /// Operations of one path, by method.
    private struct Entry: Sendable {
        let template: PathTemplate
        var operations: [String: Operation]
    }

    /// Paths by their number of parts: those with more words first, so that a word goes before a name.
    private var entries: [Int: [Entry]] = [:]
    let verbs: Set<String>

    init(_ operations: [Operation]) {
        verbs = Set(operations.compactMap(\.path.verb))
        for operation in operations {
            let count = operation.path.parts.count
            if let index = entries[count]?.firstIndex(where: { $0.template == operation.path }) {
                entries[count]?[index].operations[operation.method.rawValue] = operation
            } else {
                entries[count, default: []].append(
                    Entry(template: operation.path, operations: [operation.method.rawValue: operation]))
            }
        }
        for count in entries.keys { entries[count]?.sort { $0.template.names.count < $1.template.names.count } }
    }

    /// The operation that a method and a path mean, with the values in the path.
    func find(_ method: String, _ path: RequestPath) throws(Problem) -> (Operation, [String: String]) {
        for entry in entries[path.parts.count] ?? [] {
            guard let values = entry.template.values(of: path) else { continue }
            // HEAD is GET without the body.
            if let operation = entry.operations[method == "HEAD" ? "GET" : method] { return (operation, values) }
            var problem = Problem(.methodNotAllowed, "this path does not take that method")
            problem.allowed = entry.operations.keys.sorted()
            if entry.operations["GET"] != nil { problem.allowed.append("HEAD") }
            throw problem
        }
        throw Problem.notFound
    }
}

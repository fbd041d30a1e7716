import Claims

/// The ways from an answer to further requests, as links of OpenAPI: from what was made or read to all that can be done with
/// it, from a list to what is listed. They follow from the paths alone.
enum OperationLinks {
    /// The links of an operation's answers of success, by name; nil where there is none.
    static func of(_ operation: Operation) -> TextDictionary<JSONValue>? {
        guard operation.method != .delete else { return nil }
        var links: TextDictionary<JSONValue> = [:]
        for target in Catalogue.all where target.id != operation.id {
            guard let parameters = parameters(from: operation, to: target) else { continue }
            links[target.id] = .members([
                "operationId": .string(target.id), "parameters": .object(parameters),
            ])
        }
        return links.isEmpty ? nil : links
    }

    /// Where the parameters of a target come from; nil if the answer does not lead there.
    private static func parameters(from source: Operation, to target: Operation) -> TextDictionary<JSONValue>? {
        let (origin, path) = (source.path.parts, target.path.parts)
        guard path.starts(with: origin), !origin.isEmpty, origin != [.word("")] else { return nil }
        let further = path.dropFirst(origin.count)
        var parameters: TextDictionary<JSONValue> = [:]
        for name in source.path.names { parameters["path.\(name)"] = .string("$request.path.\(name)") }
        if further.isEmpty {
            // The same thing, or the same list.
            guard !source.path.names.isEmpty || target.method == .get else { return nil }
            if source.state != nil, target.needsPrecondition {
                parameters["header.If-Match"] = .string("$response.header.ETag")
            }
        } else if case .name(let name)? = further.first {
            // One of a list, or what was made in it.
            guard further.count == 1, source.path.verb == nil, let pointer = pointer(to: name, in: source) else {
                return nil
            }
            parameters["path.\(name)"] = .string("$response.body#\(pointer)")
        } else {
            // What belongs to it, as far as no more names are needed.
            guard further.count == 1, source.path.verb == nil else { return nil }
        }
        return parameters.isEmpty ? nil : parameters
    }

    /// Where an answer names what stands for a name in the path below it.
    private static func pointer(to name: String, in source: Operation) -> String? {
        guard let schema = source.success.schema else { return nil }
        if let element = element(schema) { return member(of: element, name).map { "/items/0/\($0)" } }
        return source.success.status == 201 ? member(of: schema, name).map { "/\($0)" } : nil
    }

    private static func element(_ schema: Schema) -> Schema? {
        guard case .object(let members, _) = schema.form, let items = members.first(where: { $0.name == "items" }),
            case .array(let element, _) = items.schema.form
        else { return nil }
        return element
    }

    private static func member(of schema: Schema, _ name: String) -> String? {
        let resolved = if case .component(let name) = schema.form { Components.schema(name) } else { schema }
        guard case .object(let members, _) = resolved.form else { return nil }
        return ["id", name, "name"].first { wanted in members.contains { $0.name == wanted } }
    }
}

import Administration
import Claims

/// The service's description as OpenAPI 3.1, made from the operations. It comes out the same every time.
enum OpenAPIDocument {
    static let json: JSONValue = .members([
        "openapi": .string("3.1.0"),
        "info": .members([
            "title": .string("Chancery"), "version": .string("1"),
            "description": .string(
                "Administration of NATS operators, accounts, users and access. Names in paths are percent-encoded, colons "
                    + "included; a public key may stand for a name. Every failure is a problem document."),
        ]),
        "paths": paths,
        "components": .members([
            "schemas": .object(TextDictionary(schemas.mapValues(\.openAPI))),
            "securitySchemes": .members([
                "bearer": .members(["type": .string("http"), "scheme": .string("bearer")])
            ]),
            "responses": .members(["Problem": problem]),
            "headers": .object(headers),
        ]),
    ])

    static let text = json.jsonText
    static let tag = AnswerTag.of(text)

    private static let problem: JSONValue = .members([
        "description": .string("A problem document."),
        "content": content("application/problem+json", .component("Problem")),
    ])

    /// The shapes that have names: those of the service, and for each that changes answer with, the same with what every
    /// change tells of.
    private static let schemas: [String: Schema] = {
        var schemas = Components.all
        for operation in Catalogue.all where operation.isChange {
            guard case .component(let name)? = operation.success.schema?.form else { continue }
            schemas["Changed" + name] = operation.success.schema?.changed
        }
        return schemas
    }()

    /// What an answer with a status of success looks like.
    static func answer(_ operation: Operation) -> Schema? {
        guard operation.isChange, let schema = operation.success.schema else { return operation.success.schema }
        if case .component(let name) = schema.form { return .component("Changed" + name) }
        return schema.changed
    }

    private static var paths: JSONValue {
        var paths: TextDictionary<JSONValue> = [:]
        for operation in Catalogue.all {
            let path = paths[operation.path.text] ?? .object([:])
            paths[operation.path.text] = path.adding(operation.method.rawValue.lowercased(), describe(operation))
        }
        return .object(paths)
    }

    private static func content(_ type: String, _ schema: Schema, example: JSONValue? = nil) -> JSONValue {
        // What is neither JSON nor plain text has no shape that a schema could tell of.
        let isShown = type.hasPrefix("text/") || type.hasSuffix("json")
        return .object([type: .members(["schema": isShown ? schema.openAPI : nil, "example": example])])
    }

    private static func describe(_ operation: Operation) -> JSONValue {
        .members([
            "operationId": .string(operation.id), "summary": .string(operation.summary),
            "tags": .texts([String(operation.id.prefix { $0 != "." })]),
            "parameters": .array(parameters(operation)),
            "requestBody": operation.request.map { body($0, operation) },
            "responses": responses(operation),
            "security": operation.requirement == .open ? .array([]) : .array([.object(["bearer": .array([])])]),
            "x-chancery-requires": .string(RoleTable.words(operation.requirement)),
        ])
    }

    private static func body(_ schema: Schema, _ operation: Operation) -> JSONValue {
        let type = operation.method == .patch ? "application/merge-patch+json" : "application/json"
        return .members([
            "required": .bool(!operation.isBodyOptional),
            "content": content(
                type, operation.method == .patch ? schema.patch : schema, example: operation.example),
        ])
    }

    private static func parameters(_ operation: Operation) -> [JSONValue] {
        func parameter(_ name: String, in place: String, _ schema: Schema, isRequired: Bool = false) -> JSONValue {
            .members([
                "name": .string(name), "in": .string(place), "required": .bool(isRequired), "schema": schema.openAPI,
                "description": schema.about.isEmpty ? nil : .string(schema.about),
            ])
        }
        var list = operation.path.names.map { name in
            parameter(name, in: "path", .text("", most: 1_024, pattern: TextForm.pathName), isRequired: true)
        }
        list += operation.query.map { parameter($0.name, in: "query", $0.schema.parameter) }
        if operation.isChange {
            list.append(parameter("dry_run", in: "query", Incoming.dryRun.schema))
        }
        return list + operation.headers.map { parameter($0.name, in: "header", $0.schema) }
    }

    /// Every status that an operation answers with.
    static func statuses(_ operation: Operation) -> [Int] {
        var statuses: Set<Int> = [operation.success.status, 400, 405, 414, 431, 500, 503]
        if let other = operation.otherSuccess { statuses.insert(other) }
        if operation.requirement != .open { statuses.formUnion([401, 403, 429]) }
        // The resolvers' door is open only where somebody wants it.
        if !operation.path.names.isEmpty || operation.id.hasPrefix("resolver.") { statuses.insert(404) }
        if operation.request != nil { statuses.formUnion([408, 409, 413, 415, 422]) }
        // Of names in paths, too, some are none.
        let isNamed = operation.path.names.contains { ["account", "role", "user"].contains($0) }
        if !operation.query.isEmpty || isNamed { statuses.insert(422) }
        if operation.isChange { statuses.formUnion([404, 409, 422]) }
        if operation.state != nil { statuses.formUnion(operation.isChange ? [412] : [304]) }
        if operation.needsPrecondition { statuses.insert(428) }
        if operation.id.hasPrefix("auth.") { statuses.formUnion([401, 429]) }
        return statuses.sorted()
    }

    // MARK: Headers of answers

    private static let headers: TextDictionary<JSONValue> = TextDictionary(
        [
            "ETag": "The version, between quotation marks.",
            "Location": "The path of what was made.",
            "Link": "The next page, with rel=\"next\".",
            "Chancery-Request": "The request's id.",
            "Chancery-Audit": "The first record of the change.",
            "Chancery-Replayed": "true where the answer was given before.",
        ].mapValues { .members(["description": .string($0), "schema": .members(["type": .string("string")])]) })

    private static func headers(_ operation: Operation, _ status: Int) -> JSONValue {
        var names = ["Chancery-Request"]
        if operation.state != nil { names.append("ETag") }
        if status == 201 || status == 202 { names.append("Location") }
        if operation.query.contains(where: { $0.name == "cursor" }) { names.append("Link") }
        if operation.isChange { names += ["Chancery-Audit", "Chancery-Replayed"] }
        return .object(
            TextDictionary(
                Dictionary(
                    uniqueKeysWithValues: names.map {
                        ($0, JSONValue.object(["$ref": .string("#/components/headers/\($0)")]))
                    })))
    }

    private static func responses(_ operation: Operation) -> JSONValue {
        var responses: TextDictionary<JSONValue> = [:]
        for status in statuses(operation) {
            let isSuccess = status == operation.success.status || status == operation.otherSuccess
            if isSuccess {
                responses[String(status)] = .members([
                    "description": .string(status == 201 ? "It was made." : "It was done."),
                    "content": answer(operation).map { content(operation.answers, $0) },
                    "headers": headers(operation, status),
                    "links": OperationLinks.of(operation).map { .object($0) },
                ])
            } else if status == 304 {
                responses["304"] = .members(["description": .string("It is what If-None-Match names.")])
            } else {
                responses[String(status)] = .object(["$ref": .string("#/components/responses/Problem")])
            }
        }
        return .object(responses)
    }
}

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
            "schemas": .object(TextDictionary(Components.all.mapValues(\.openAPI))),
            "securitySchemes": .members([
                "bearer": .members(["type": .string("http"), "scheme": .string("bearer")])
            ]),
            "responses": .members(["Problem": problem]),
        ]),
    ])

    static let text = json.jsonText
    static let tag = AnswerTag.of(text)

    private static let problem: JSONValue = .members([
        "description": .string("A problem document."),
        "content": content("application/problem+json", .component("Problem")),
    ])

    private static var paths: JSONValue {
        var paths: TextDictionary<JSONValue> = [:]
        for operation in Catalogue.all {
            let path = paths[operation.path.text] ?? .object([:])
            paths[operation.path.text] = path.adding(operation.method.rawValue.lowercased(), describe(operation))
        }
        return .object(paths)
    }

    private static func content(_ type: String, _ schema: Schema) -> JSONValue {
        .object([type: .members(["schema": schema.openAPI])])
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
            "content": content(type, operation.method == .patch ? schema.patch : schema),
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
            parameter(name, in: "path", .text("", most: 1_024), isRequired: true)
        }
        list += operation.query.map { parameter($0.name, in: "query", $0.schema) }
        if operation.isChange {
            list.append(parameter("dry_run", in: "query", Incoming.dryRun.schema))
            list.append(
                parameter(
                    "Idempotency-Key", in: "header",
                    .text("16 to 255 visible characters: the same key is carried out once within a day.", most: 255)))
        }
        if operation.state != nil {
            let match = operation.isChange ? "If-Match" : "If-None-Match"
            list.append(parameter(match, in: "header", .text("Entity tags.", most: 1_024)))
        }
        return list
    }

    /// Every status that an operation answers with.
    static func statuses(_ operation: Operation) -> [Int] {
        var statuses: Set<Int> = [operation.success.status, 400, 405, 414, 431, 500, 503]
        if let other = operation.otherSuccess { statuses.insert(other) }
        if operation.requirement != .open { statuses.formUnion([401, 403, 429]) }
        if !operation.path.names.isEmpty { statuses.insert(404) }
        if !operation.query.isEmpty { statuses.insert(422) }
        if operation.request != nil { statuses.formUnion([408, 409, 413, 415, 422]) }
        if operation.isChange { statuses.formUnion([404, 409, 422]) }
        if operation.state != nil { statuses.formUnion(operation.isChange ? [412] : [304]) }
        if operation.needsPrecondition { statuses.insert(428) }
        if operation.id.hasPrefix("auth.") { statuses.insert(401) }
        return statuses.sorted()
    }

    private static func responses(_ operation: Operation) -> JSONValue {
        var responses: TextDictionary<JSONValue> = [:]
        for status in statuses(operation) {
            let isSuccess = status == operation.success.status || status == operation.otherSuccess
            if isSuccess {
                responses[String(status)] = .members([
                    "description": .string(status == 201 ? "It was made." : "It was done."),
                    "content": operation.success.schema.map { content(operation.answers, $0) },
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

extension Schema {
    /// The schema for a merge patch: nothing is required, and null takes away.
    var patch: Schema {
        switch form {
        case .component(let name): return Components.schema(name).patch
        case .object(let members, let others):
            var patch = self
            patch.form = .object(
                members.map { member in
                    var schema = member.schema.patch
                    schema.isNullable = true
                    return Member(name: member.name, schema: schema, isReadOnly: member.isReadOnly)
                }, others: others)
            return patch
        default: return self
        }
    }

    var openAPI: JSONValue {
        let schema = described
        guard isNullable else { return schema }
        return .members(["anyOf": .array([schema, .members(["type": .string("null")])])])
    }

    private var described: JSONValue {
        let about: JSONValue? = about.isEmpty ? nil : .string(self.about)
        switch form {
        case .any: return .members(["description": about])
        case .component(let name): return .object(["$ref": .string("#/components/schemas/\(name)")])
        case .flag: return .members(["type": .string("boolean"), "description": about])
        case .integer(let range):
            return .members([
                "type": .string("integer"), "minimum": .integer(range.lowerBound),
                "maximum": .integer(range.upperBound), "description": about,
            ])
        case .text(let most, let choices, let pattern):
            return .members([
                "type": .string("string"), "maxLength": .integer(most), "enum": choices.map { .texts($0) },
                "pattern": pattern.map { .string($0) }, "description": about, "example": example,
            ])
        case .array(let element, let most):
            return .members([
                "type": .string("array"), "items": element.openAPI, "maxItems": .integer(most), "description": about,
            ])
        case .object(let members, let others): return describe(members, others).adding("description", about)
        }
    }

    private func describe(_ members: [Member], _ others: Schema?) -> JSONValue {
        var properties: TextDictionary<JSONValue> = [:]
        for member in members {
            var schema = member.schema.openAPI
            if member.isReadOnly { schema = schema.adding("readOnly", .bool(true)) }
            properties[member.name] = schema
        }
        let required = members.filter(\.isRequired).map(\.name)
        return .members([
            "type": .string("object"), "properties": .object(properties),
            "required": required.isEmpty ? nil : .texts(required),
            "additionalProperties": others?.openAPI ?? .bool(false),
        ])
    }
}

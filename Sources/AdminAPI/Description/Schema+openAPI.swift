import Claims

extension Schema {
    /// The schema of the answer to a change: with what became of it on the servers, and with what a trial says.
    var changed: Schema {
        let resolved = if case .component(let name) = form { Components.schema(name) } else { self }
        guard case .object(let members, let others) = resolved.form else { return self }
        var changed = resolved
        let known = Set(members.map(\.name))
        changed.form = .object(members + Components.change.filter { !known.contains($0.name) }, others: others)
        return changed
    }

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

    /// The schema for a parameter of a query, which has no control characters.
    var parameter: Schema {
        guard case .text(let most, let choices, nil) = form else { return self }
        var parameter = self
        parameter.form = .text(most: most, oneOf: choices, pattern: TextForm.parameter)
        return parameter
    }

    var openAPI: JSONValue {
        let schema = described
        guard isNullable else { return schema }
        return .members(["anyOf": .array([schema, .members(["type": .string("null")])])])
    }

    /// The longest bound of a text that is described. Who makes requests from the description should not try the bound of a
    /// whole body in each of its texts.
    private var longestDescribed: Int { 64 << 10 }

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
                // What is longer is bounded by the body as a whole.
                "type": .string("string"), "maxLength": most > longestDescribed ? nil : .integer(most),
                "enum": choices.map { .texts($0) }, "pattern": pattern.map { .string($0) }, "description": about,
                "example": example,
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

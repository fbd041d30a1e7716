public import Claims

/// The language as a JSON Schema (draft 2020-12), for editors: what stands where, what it means, and the forms of texts. What
/// takes several places to be seen, `chancery policy check` finds.
public enum PolicySchema {
    /// One schema for all files of a set: which one a file is follows from the keys at its beginning.
    public static let value: JSONValue = {
        var definitions: TextDictionary<JSONValue> = [:]
        for table in PolicyLanguage.tables { definitions[table.name] = schema(of: table) }
        for claims in PolicyLanguage.claims { definitions[claims.name] = schema(of: claims.fields) }
        return object([
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("Chancery's policies")),
            ("description", .string("chancery.yaml, an account's file or an environment's file")),
            ("if", object([("required", .array([.string("account")]))])),
            ("then", reference("account")),
            (
                "else",
                object([
                    ("if", object([("required", .array([.string("accounts")]))])), ("then", reference("set")),
                    ("else", reference("environment")),
                ])
            ),
            ("$defs", .object(definitions)),
        ])
    }()

    /// The schema on several lines, for files.
    public static var text: String {
        var text = ""
        write(value, into: &text, indent: 0)
        return text
    }

    private static func write(_ value: JSONValue, into text: inout String, indent: Int) {
        let margin = String(repeating: " ", count: indent + 2)
        guard case .object(let members) = value, !members.isEmpty, value.jsonText.utf8.count > 100 else {
            text += value.jsonText
            return
        }
        for (index, member) in members.enumerated() {
            text += (index == 0 ? "{\n" : ",\n") + margin + JSONValue.string(member.key).jsonText + ": "
            write(member.value, into: &text, indent: indent + 2)
        }
        text += "\n" + String(repeating: " ", count: indent) + "}"
    }

    // MARK: Tables

    private static func schema(of table: LanguageTable) -> JSONValue {
        var properties: TextDictionary<JSONValue> = [:]
        for key in table.keys {
            guard case .object(var property) = schema(of: key.form) else { continue }
            property["description"] = .string("\(key.meaning), as in `\(key.example)`")
            properties[key.name] = .object(property)
        }
        var members: [(String, JSONValue)] = [
            ("title", .string(table.title)), ("description", .string(table.meaning)), mappingType,
            ("properties", .object(properties)), ("additionalProperties", .bool(false)),
        ]
        let required = table.keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        return object(members)
    }

    /// Nothing behind a key is an empty list or mapping.
    static let mappingType = ("type", JSONValue.array([.string("object"), .string("null")]))

    // MARK: Forms

    private static func schema(of form: LanguageForm) -> JSONValue {
        switch form {
        case .text: scalar()
        // Without quotes, an editor takes some names for something else, and so may other readers of YAML.
        case .name, .subject, .subjectWithTemplates, .topic:
            object([("type", .string("string")), ("minLength", .number(1))])
        case .words(let words): enumeration(words)
        case .truth: scalar("true|false")
        case .count: scalar("[0-9]+[kM]?")
        case .countOrUnlimited: scalar("[0-9]+[kM]?|unlimited")
        case .bytesOrUnlimited: scalar("[0-9]+([KMGT]i?)?B|unlimited")
        case .duration: scalar("[0-9]+(ms|s|m|h|d|w)")
        case .share: scalar("[0-9]+%")
        case .day: scalar("[0-9]{4}-[0-9]{2}-[0-9]{2}")
        case .network: scalar("[0-9A-Fa-f:.]+/[0-9]+")
        case .clock: scalar("[0-9]{2}:[0-9]{2}(:[0-9]{2})?-[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
        case .matching(let pattern): scalar(pattern)
        case .list(let element, _):
            object([
                ("type", .array([.string("array"), .string("null")])), ("items", schema(of: element)),
            ])
        case .table(let name, _), .claims(let name): reference(name)
        case .members(let value, _): object([mappingType, ("additionalProperties", schema(of: value))])
        case .either(let forms): object([("anyOf", .array(forms.map { schema(of: $0) }))])
        case .anything: object([])
        }
    }

    /// A text, which an editor may take for a number or a truth value. In place of any part of it an environment's value may
    /// stand.
    private static func scalar(_ pattern: String? = nil) -> JSONValue {
        let types = ["string", "number", "boolean"].map { JSONValue.string($0) }
        guard let pattern else { return object([("type", .array(types))]) }
        return object([("type", .array(types)), ("pattern", .string("^(\(pattern)|.*<[A-Za-z0-9_-]+>.*)$"))])
    }

    private static func enumeration(_ words: [String]) -> JSONValue {
        let known = object([("enum", .array(words.map { .string($0) }))])
        return object([
            ("anyOf", .array([known, object([("type", .string("string")), ("pattern", .string("<.+>"))])]))
        ])
    }

    private static func reference(_ name: String) -> JSONValue { object([("$ref", .string("#/$defs/\(name)"))]) }

    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        var object: TextDictionary<JSONValue> = [:]
        for (name, value) in members { object[name] = value }
        return .object(object)
    }
}

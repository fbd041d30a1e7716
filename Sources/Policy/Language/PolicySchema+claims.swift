import Claims

// Fields of claims, which are those of JSON.

extension PolicySchema {
    static func schema(of fields: ClaimsFields) -> JSONValue {
        switch fields {
        case .text: object([("type", .string("string"))])
        case .number: plain("integer", "-?[0-9]+")
        case .truth: plain("boolean", "true|false")
        case .clock:
            object([("type", .string("string")), ("pattern", .string("^([0-9]{2}:[0-9]{2}:[0-9]{2}|\(given))$"))])
        case .words(let words, let inAnyCase):
            object([
                (
                    "anyOf",
                    .array([
                        object([("enum", .array(words.map { .string($0) }))]),
                        object([
                            ("type", .string("string")),
                            (
                                "pattern",
                                .string(
                                    "^(\((inAnyCase ? words.map(anyCase) : []).map { $0 + "|" }.joined())\(given))$")
                            ),
                        ]),
                    ])
                )
            ])
        case .either(let fields): object([("anyOf", .array(fields.map { schema(of: $0) }))])
        case .list(let field):
            object([("type", .array([.string("array"), .string("null")])), ("items", schema(of: field))])
        case .named(let field): object([mappingType, ("additionalProperties", schema(of: field))])
        case .members(let members):
            object([
                mappingType, ("additionalProperties", .bool(false)),
                ("properties", object(members.map { ($0.key, schema(of: $0.value)) })),
            ])
        }
    }

    /// A number or a truth value, which some readers of YAML take for a text. In its place an environment's value may stand.
    private static func plain(_ type: String, _ pattern: String) -> JSONValue {
        object([
            ("type", .array([.string(type), .string("string")])), ("pattern", .string("^(\(pattern)|\(given))$")),
        ])
    }

    /// A text with an environment's value in it.
    private static let given = ".*<[A-Za-z0-9_-]+>.*"

    private static func anyCase(_ word: String) -> String {
        word.map { $0.isLetter ? "[\($0.uppercased())\($0.lowercased())]" : String($0) }.joined()
    }
}

import Administration
import Claims

/// How edits are written in JSON. Their schema, their writing and their reading come from the same list of fields, so that
/// what one side sends the other side understands.
struct EditForm<Value: Sendable>: Sendable {
    struct Field: Sendable {
        let member: Schema.Member
        /// Nil where there is nothing to say.
        let write: @Sendable (Value) -> JSONValue?
        /// Reads what was checked against the schema.
        let read: @Sendable (JSONValue, inout Value) -> Void
    }

    let about: String
    let fields: [Field]

    init(_ about: String, _ fields: [Field]) {
        (self.about, self.fields) = (about, fields)
    }

    var schema: Schema { .object(about, fields.map(\.member)) }

    func json(_ value: Value) -> JSONValue {
        var members: TextDictionary<JSONValue> = [:]
        for field in fields { members[field.member.name] = field.write(value) }
        return .object(members)
    }

    /// The value with what a body says.
    func reading(_ json: JSONValue?, into value: Value) -> Value {
        var value = value
        for field in fields {
            if let member = json?[field.member.name] { field.read(member, &value) }
        }
        return value
    }
}

extension EditForm.Field {
    typealias Path<Part> = any WritableKeyPath<Value, Part> & Sendable

    static func integer(
        _ name: String, _ path: Path<Int64?>, _ about: String = "",
        _ range: ClosedRange<Int64> = -1...Schema.exactIntegers.upperBound
    ) -> Self {
        Self(
            member: .optional(name, .integer(about, range)),
            write: { value in value[keyPath: path].map { .integer($0) } },
            read: { json, value in value[keyPath: path] = json.integer })
    }

    static func count(
        _ name: String, _ path: Path<Int?>, _ about: String = "", _ range: ClosedRange<Int64>
    ) -> Self {
        Self(
            member: .optional(name, .integer(about, range)),
            write: { value in value[keyPath: path].map { .integer($0) } },
            read: { json, value in value[keyPath: path] = json.integer.map { Int(clamping: $0) } })
    }

    static func flag(_ name: String, _ path: Path<Bool?>, _ about: String = "") -> Self {
        Self(
            member: .optional(name, .flag(about)), write: { value in value[keyPath: path].map { .bool($0) } },
            read: { json, value in value[keyPath: path] = json.flag })
    }

    /// Something that is left out where it is not so.
    static func truth(_ name: String, _ path: Path<Bool>, _ about: String = "") -> Self {
        Self(
            member: .optional(name, .flag(about)), write: { value in value[keyPath: path] ? .bool(true) : nil },
            read: { json, value in value[keyPath: path] = json.flag ?? false })
    }

    static func text(_ name: String, _ path: Path<String?>, _ about: String = "", most: Int = 8_192) -> Self {
        Self(
            member: .optional(name, .text(about, most: most)),
            write: { value in value[keyPath: path].map { .string($0) } },
            read: { json, value in value[keyPath: path] = json.text })
    }

    static func texts(_ name: String, _ path: Path<[String]>, _ about: String = "") -> Self {
        Self(
            member: .optional(name, .list(.text("", most: 1_024), about)),
            write: { value in value[keyPath: path].isEmpty ? nil : .texts(value[keyPath: path]) },
            read: { json, value in value[keyPath: path] = json.textElements })
    }

    /// An account, a user or an operator, by name or public key.
    static func reference(_ name: String, _ path: Path<EntityReference?>, _ about: String) -> Self {
        Self(
            member: .optional(name, .text(about, most: 256)),
            write: { value in value[keyPath: path].map { .string($0.text) } },
            read: { json, value in value[keyPath: path] = json.text.map { EntityReference($0) } })
    }

    static func list(_ name: String, _ path: Path<ListEdits>, _ about: String = "") -> Self {
        part(name, path, EditForms.list(about))
    }

    /// Edits inside of edits.
    static func part<Part>(_ name: String, _ path: Path<Part>, _ form: EditForm<Part>) -> Self {
        Self(
            member: .optional(name, form.schema),
            write: { value in
                let json = form.json(value[keyPath: path])
                return json.members?.isEmpty == true ? nil : json
            },
            read: { json, value in value[keyPath: path] = form.reading(json, into: value[keyPath: path]) })
    }
}

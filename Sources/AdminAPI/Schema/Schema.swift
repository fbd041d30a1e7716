import Claims

/// What a JSON value of a request or an answer looks like: what requests are checked against, and what the OpenAPI document
/// says.
struct Schema: Sendable {
    indirect enum Form: Sendable {
        /// Members by name. Others are refused, unless all of another kind are allowed.
        case object([Member], others: Schema?)
        case array(Schema, most: Int)
        /// A text of so many characters at most, Unicode's scalars, maybe one of a few, or of a pattern that is shown.
        case text(most: Int, oneOf: [String]?, pattern: String?)
        case integer(ClosedRange<Int64>)
        case flag
        /// Anything.
        case any
        /// One of ``Components``.
        case component(String)
    }

    struct Member: Sendable {
        let name: String
        let schema: Schema
        var isRequired = false
        /// Whether it is only in answers; requests may repeat it, and it changes nothing.
        var isReadOnly = false
    }

    /// Integers that every reader of JSON takes for what they are.
    static let exactIntegers: ClosedRange<Int64> = -9_007_199_254_740_991...9_007_199_254_740_991

    var form: Form
    var about = ""
    var isNullable = false
    var example: JSONValue?

    // MARK: Making

    static func text(
        _ about: String = "", most: Int = 8_192, oneOf: [String]? = nil, pattern: String? = nil,
        example: String? = nil
    ) -> Schema {
        Schema(
            form: .text(most: most, oneOf: oneOf, pattern: pattern), about: about,
            example: example.map { .string($0) })
    }

    static func integer(_ about: String = "", _ range: ClosedRange<Int64> = exactIntegers) -> Schema {
        Schema(form: .integer(range), about: about)
    }

    static func flag(_ about: String = "") -> Schema { Schema(form: .flag, about: about) }

    static func list(_ element: Schema, _ about: String = "", most: Int = 10_000) -> Schema {
        Schema(form: .array(element, most: most), about: about)
    }

    static func object(_ about: String = "", _ members: [Member]) -> Schema {
        Schema(form: .object(members, others: nil), about: about)
    }

    static func map(of value: Schema, _ about: String = "") -> Schema {
        Schema(form: .object([], others: value), about: about)
    }

    static func component(_ name: String) -> Schema { Schema(form: .component(name)) }

    static let any = Schema(form: .any)

    /// What a page of a list looks like.
    static func page(of element: Schema) -> Schema {
        .object(
            "",
            [
                .required("items", .list(element, most: Int(Page.largest))),
                .optional("next", .text("The cursor of the next page, where there is one.")),
            ])
    }
}

extension Schema.Member {
    static func required(_ name: String, _ schema: Schema) -> Schema.Member {
        Schema.Member(name: name, schema: schema, isRequired: true)
    }

    static func optional(_ name: String, _ schema: Schema) -> Schema.Member {
        Schema.Member(name: name, schema: schema)
    }

    /// A member that is in answers alone.
    static func shown(_ name: String, _ schema: Schema) -> Schema.Member {
        Schema.Member(name: name, schema: schema, isReadOnly: true)
    }
}

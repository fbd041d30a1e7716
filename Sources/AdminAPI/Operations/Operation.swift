import Administration
import Claims

/// One thing that the service can do: everything about it stands here, and routes, checks, the OpenAPI document, the table
/// of who may do what and the tests are made from it.
struct Operation: Sendable {
    /// The methods of HTTP that are used.
    enum Method: String, Sendable, Hashable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// What a request may do, and who may send it.
    enum Requirement: Sendable, Hashable {
        /// Anybody, without signing in.
        case open
        /// Anybody who is signed in; what is shown is what his roles allow.
        case signedIn
        /// Whoever may do this with the object that the path names.
        case may(AccessAction, ObjectKind)
    }

    /// What an action is about, and where the path names it.
    enum ObjectKind: String, Sendable, Hashable, CaseIterable {
        case system
        case `operator`
        case account
        /// A role, with the name of the path, or of the parameter `role`.
        case role
        /// The role of a user: of the user that is there, or else of the body.
        case user
    }

    /// What is done. One function of Administration each.
    enum Handler: Sendable {
        case read(@Sendable (Exchange, DirectoryReader) throws -> Answer)
        case change(@Sendable (Exchange, Change) throws -> Answer)
        /// What is more than one transaction, or none.
        case work(@Sendable (Exchange, AdminService) async throws -> Answer)
    }

    struct Parameter: Sendable {
        let name: String
        let schema: Schema
    }

    /// The resource that a path names, as it is.
    struct State: Sendable {
        var exists: Bool
        /// The entity tag without its quotation marks; nil if nothing is there.
        var tag: String?
    }

    /// Two words with a point between them.
    let id: String
    let method: Method
    let path: PathTemplate
    let summary: String
    let requirement: Requirement
    var query: [Parameter] = []
    /// What the body looks like; nil without one.
    var request: Schema?
    /// A body that would be taken.
    var example: JSONValue?
    /// Whether the body may be left out.
    var isBodyOptional = false
    /// The most bytes of the body.
    var largestBody = BodyReader.largest
    /// The status of success, and what the answer's body looks like.
    var success: (status: Int, schema: Schema?) = (200, nil)
    /// Another status of success, such as that of what was made.
    var otherSuccess: Int?
    /// The media type of the answer.
    var answers = "application/json"
    /// Whether preconditions count, and what they are compared to.
    var state: (@Sendable (Exchange, DirectoryReader) throws -> State)?
    /// Whether a request must say which version it means though it is an action.
    var demandsPrecondition = false
    /// Whether the operator that the path names may still have to be made, which is about the service as a whole.
    var makesOperator = false
    /// Whether the answer is the same to the same caller as long as nothing in the directory changes: nothing else goes into
    /// it, not the time either.
    var isRemembered = false
    /// Whether what is neither read nor changed is there at once, and need not be done away from where requests are read.
    var isAtOnce = false
    let handler: Handler

    /// Whether it answers with a page of many.
    var isList: Bool { query.contains { $0.name == "limit" } }

    /// Whether it changes something in the directory.
    var isChange: Bool { if case .change = handler { true } else { false } }

    /// The header fields that it reads, beside those that every request has.
    var headers: [Parameter] {
        let tags = Schema.text("Entity tags, or * for any.", most: 1_024)
        guard isChange else { return state == nil ? [] : [Parameter(name: "If-None-Match", schema: tags)] }
        var headers = [
            Parameter(
                name: "Idempotency-Key",
                schema: .text(
                    "16 to 255 visible characters: the same key is carried out once within a day.",
                    pattern: TextForm.idempotencyKey))
        ]
        guard state != nil else { return headers }
        headers.append(Parameter(name: "If-Match", schema: tags))
        headers.append(
            Parameter(
                name: "If-None-Match",
                schema: .text(
                    "* where nothing may be there yet, or the versions that must not be there.", most: 1_024,
                    pattern: TextForm.entityTags)))
        return headers
    }

    /// Whether a request must say which version it means, where there is one.
    var needsPrecondition: Bool {
        state != nil && isChange
            && (demandsPrecondition || method == .put || method == .patch || method == .delete)
    }
}

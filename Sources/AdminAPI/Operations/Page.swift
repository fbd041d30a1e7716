import Claims
import NKeys

/// A part of a list: what comes after a name, and how much of it.
struct Page: Sendable {
    static let largest: Int64 = 500
    static let usual: Int64 = 100

    /// The parameters of an operation that answers with a page.
    static let parameters = [
        Operation.Parameter(
            name: "limit", schema: .integer("The most items of the page; 100 by default.", 1...largest)),
        Operation.Parameter(
            name: "cursor", schema: .text("Where the page begins: `next` of the one before.", most: 1_024)),
    ]

    /// The last name of the page before; "" for the first.
    let after: String
    let limit: Int

    init(_ query: [String: String]) throws(Problem) {
        limit = Int(query["limit"].flatMap { Int64($0) } ?? Self.usual)
        guard let cursor = query["cursor"] else {
            after = ""
            return
        }
        guard let bytes = try? Base64URL.decode(Array(cursor.utf8)).bytes, bytes.first == 1,
            let name = String(validating: bytes.dropFirst(), as: UTF8.self)
        else { throw Problem.invalid("cursor", "is not a cursor of this service") }
        after = name
    }

    /// The answer with a page. One item more than the page holds says that there is another.
    func answer<Item>(
        _ items: [Item], _ exchange: Exchange, name: (Item) -> String, json: (Item) throws -> JSONValue
    ) rethrows -> Answer {
        let shown = items.prefix(limit)
        let body = JSONValue.members(["items": .array(try shown.map(json))])
        guard items.count > limit, let last = shown.last else { return Answer(body) }
        return leading(Answer(body), to: name(last), exchange)
    }

    /// An answer that leads on to what comes after a name.
    func leading(_ answer: Answer, to name: String, _ exchange: Exchange) -> Answer {
        let cursor = Base64URL.text([1] + Array(name.utf8))
        var parameters = exchange.query.filter { $0.key != "cursor" }
        parameters["cursor"] = cursor
        let query = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\(RequestPath.encoded($0.value))" }
        var answer = answer
        answer.body = answer.body?.adding("next", .string(cursor))
        answer.next =
            (exchange.target.split(separator: "?").first.map(String.init) ?? "/") + "?"
            + query.joined(separator: "&")
        return answer
    }
}

/// Who answers, as every server says it of itself.
struct AnsweringServer: Decodable {
    private let name: String?
    /// The key that the server made for itself when it started.
    let id: String?

    /// The server's name, or its key if it has none; nil where it says neither.
    var called: String? { [name, id].compactMap { $0 }.first { !$0.isEmpty } }
}

extension AnsweringServer? {
    /// What a server is called, also one that does not say who it is.
    var called: String { self?.called ?? "unknown" }
}

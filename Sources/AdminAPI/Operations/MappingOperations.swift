import Administration
import Claims

/// Mappings of subjects.
enum MappingOperations {
    static let all = [list, put, delete]

    private static let path = Catalogue.account + "/mappings/{subject}"

    @Sendable private static func state(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Operation.State {
        let entry = try exchange.accountEntry(reader)
        let isThere = try entry.claims().mappings[exchange.reference("subject").text] != nil
        return Operation.State(exists: isThere, tag: entry.version)
    }

    private static func json(_ subject: String, _ destinations: [WeightedMapping]) -> JSONValue {
        .members(["subject": .string(subject), "destinations": .array(destinations.map(\.json))])
    }

    private static let list = Operation(
        id: "mappings.list", method: .get, path: PathTemplate(Catalogue.account + "/mappings"),
        summary: "The mappings of an account.", requirement: .may(.view, .account),
        success: (200, .page(of: .component("Mapping"))), state: AccountOperations.state,
        handler: .read { exchange, reader in
            let entry = try exchange.accountEntry(reader)
            let mappings = try entry.claims().mappings.map { json($0.key, $0.value) }
            return Answer(.members(["items": .array(mappings)]), tag: entry.version)
        })

    private static let put = Operation(
        id: "mappings.put", method: .put, path: PathTemplate(path), summary: "Map a subject, or change where to.",
        requirement: .may(.configure, .account), request: .component("Mapping"),
        example: .members([
            "destinations": .array([.members(["subject": .string("orders.new"), "weight": .integer(100)])])
        ]),
        success: (200, .component("Mapping")), otherSuccess: 201, state: state,
        handler: .change { exchange, change in
            try exchange.checkSubjectsAreFree()
            let subject = try exchange.reference("subject").text
            let destinations = (exchange.body["destinations"]?.elements ?? []).map { WeightedMapping($0) }
            guard !destinations.isEmpty else { throw Problem.invalid("/destinations", "must not be empty") }
            let isThere = try state(exchange, change.reader).exists
            try change.changeAccount(exchange.accountEntry(change.reader)) { $0.mappings[subject] = destinations }
            return try AccountOperations.answer(exchange, change, status: isThere ? 200 : 201) { _ in
                json(subject, destinations)
            }
        })

    private static let delete = Operation(
        id: "mappings.delete", method: .delete, path: PathTemplate(path), summary: "Map a subject no more.",
        requirement: .may(.configure, .account), success: (200, .component("Done")), state: state,
        handler: .change { exchange, change in
            let subject = try exchange.reference("subject").text
            let entry = try exchange.accountEntry(change.reader)
            guard try entry.claims().mappings[subject] != nil else { throw Problem.notFound }
            try change.changeAccount(entry) { $0.mappings[subject] = nil }
            var answer = Answer.deleted
            answer.accounts = [entry.publicKey]
            return answer
        })
}

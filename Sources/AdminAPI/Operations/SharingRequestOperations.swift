import Administration
import Claims
import NKeys

/// Imports that one account asks another for, and what that one says to it. Each side sees what is its own.
enum SharingRequestOperations {
    static let all = [advertised, make, made, getMade, withdraw, received, getReceived, approve, refuse]

    private static let out = Catalogue.account + "/import-requests"
    private static let into = Catalogue.account + "/export-requests"

    // MARK: Shapes

    private static let common: [Schema.Member] = [
        .shown("id", .text()), .required("subject", .text("In the exporter's account.", most: 1_024)),
        .required("type", .text("", oneOf: ["stream", "service"])),
        .optional("reason", .text("Why it is wanted.", most: 1_000)),
        .shown("state", .text("", oneOf: SharingRequest.State.allCases.map(\.rawValue))),
        .shown("requested_at", .integer("Unix seconds.")), .shown("decided_at", .integer("Unix seconds.")),
        .shown("decision", .text("What the exporter said to it.")),
        .shown("by_policy", .flag("Whether a policy file asks: it comes into force with the next apply.")),
        .shown("distribution", .any),
    ]

    private static let outgoing = Schema.object(
        "An import that the account asks for.",
        common + [
            .required("account", .text("The exporter, by its name or key.", most: 256)),
            .optional("local_subject", .text("What it is called here.", most: 1_024)),
            .optional("name", .text("", most: 256)),
        ])

    private static let incoming = Schema.object(
        "An import that another account asks for.",
        common + [
            .shown("importer", .text("The account that asks, by its key.")), .shown("importer_name", .text()),
            .shown("in_force", .flag("Whether the import is in force with the approval.")),
        ])

    private static func common(_ request: SharingRequest) -> JSONValue {
        .members([
            "id": .string(String(request.id)), "subject": .string(request.subject), "type": .string(request.kind),
            "reason": request.reason.isEmpty ? nil : .string(request.reason),
            "state": .string(request.state.rawValue), "requested_at": .integer(request.requestedAt),
            "decided_at": request.decidedAt.map { .integer($0) },
            "decision": request.decision.isEmpty ? nil : .string(request.decision),
            "by_policy": request.isPolicy ? .bool(true) : nil,
        ])
    }

    private static func outgoing(_ request: SharingRequest) -> JSONValue {
        common(request).adding(
            .members([
                "account": .string(request.exporter),
                "local_subject": request.localSubject.isEmpty ? nil : .string(request.localSubject),
                "name": request.name.isEmpty ? nil : .string(request.name),
            ]))
    }

    private static func incoming(_ request: SharingRequest, _ reader: DirectoryReader) throws -> JSONValue {
        common(request).adding(
            .members([
                "importer": .string(request.importer.text),
                "importer_name": try reader.accountEntry(request.importer).map { .string($0.name) },
            ]))
    }

    private static func tag(_ json: JSONValue) -> String { AnswerTag.of(json.jsonText) }

    private static func page(_ exchange: Exchange) throws -> (Page, Int64) {
        let page = try exchange.page()
        guard page.after.isEmpty || Int64(page.after) != nil else {
            throw Problem.invalid("cursor", "is not a cursor of this list")
        }
        return (page, Int64(page.after) ?? 0)
    }

    private static func id(_ exchange: Exchange) throws -> Int64 {
        guard let id = try Int64(exchange.reference("request").text) else { throw Problem.notFound }
        return id
    }

    // MARK: What is offered

    private static let advertised = Operation(
        id: "exports.advertised", method: .get, path: PathTemplate(Catalogue.account + "/advertised"),
        summary: "What other accounts of the operator offer: the exports that they advertise.",
        requirement: .may(.view, .account), query: Page.parameters,
        success: (
            200,
            .page(
                of: .object(
                    "An export that is advertised.",
                    [
                        .required("account", .text()), .required("public_key", .text()),
                        .required("type", .text("", oneOf: ["stream", "service"])), .required("subject", .text()),
                        .required("needs_approval", .flag("Whether it is imported by a request only.")),
                        .optional("description", .text()), .optional("info_url", .text()),
                    ]))
        ),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            func name(_ export: AdvertisedExport) -> String { "\(export.account)/\(export.kind)/\(export.subject)" }
            let found = try reader.advertised(to: exchange.accountEntry(reader))
                .filter { page.after.utf8.lexicographicallyPrecedes(name($0).utf8) }
                .sorted { name($0).utf8.lexicographicallyPrecedes(name($1).utf8) }
            return page.answer(Array(found.prefix(page.limit + 1)), exchange, name: name) { export in
                .members([
                    "account": .string(export.account), "public_key": .string(export.publicKey.text),
                    "type": .string(export.kind), "subject": .string(export.subject),
                    "needs_approval": .bool(export.isPrivate),
                    "description": export.description.isEmpty ? nil : .string(export.description),
                    "info_url": export.infoURL.isEmpty ? nil : .string(export.infoURL),
                ])
            }
        })

    // MARK: The importer's side

    private static let make = Operation(
        id: "import-requests.make", method: .post, path: PathTemplate(out),
        summary: "Ask another account for an import. The answer is the same whether there is such an account or not.",
        requirement: .may(.configure, .account), request: outgoing, success: (201, outgoing),
        handler: .change { exchange, change in
            try exchange.checkSubjectsAreFree()
            let body = exchange.body
            var new = NewSharingRequest(body["subject"]?.text ?? "", of: body["account"]?.text ?? "")
            new.isService = body["type"]?.text == "service"
            new.localSubject = body["local_subject"]?.text ?? ""
            new.name = body["name"]?.text ?? ""
            new.reason = body["reason"]?.text ?? ""
            let made = try change.requestImport(new, by: exchange.accountEntry(change.reader))
            let json = outgoing(made)
            var answer = Answer(json, tag: tag(json), status: 201)
            answer.location =
                (exchange.target.split(separator: "?").first.map(String.init) ?? "") + "/\(made.id)"
            return answer
        })

    private static let made = Operation(
        id: "import-requests.list", method: .get, path: PathTemplate(out),
        summary: "What the account has asked others for.", requirement: .may(.view, .account), query: Page.parameters,
        success: (200, .page(of: outgoing)),
        handler: .read { exchange, reader in
            let (page, after) = try page(exchange)
            let found = try reader.requestsMade(
                by: exchange.accountEntry(reader), after: after, limit: page.limit + 1)
            return page.answer(found, exchange, name: { String($0.id) }, json: { outgoing($0) })
        })

    private static func findMade(_ exchange: Exchange, _ reader: DirectoryReader) throws -> SharingRequest {
        guard let found = try reader.requestMade(id(exchange), by: exchange.accountEntry(reader)) else {
            throw Problem.notFound
        }
        return found
    }

    private static let getMade = Operation(
        id: "import-requests.get", method: .get, path: PathTemplate(out + "/{request}"),
        summary: "Something that the account has asked for.", requirement: .may(.view, .account),
        success: (200, outgoing),
        handler: .read { exchange, reader in
            let json = outgoing(try findMade(exchange, reader))
            return Answer(json, tag: tag(json))
        })

    private static let withdraw = Operation(
        id: "import-requests.withdraw", method: .delete, path: PathTemplate(out + "/{request}"),
        summary: "Withdraw a request that waits.", requirement: .may(.configure, .account),
        success: (200, .component("Done")),
        handler: .change { exchange, change in
            try change.withdraw(findMade(exchange, change.reader))
            return .deleted
        })

    // MARK: The exporter's side

    private static let received = Operation(
        id: "export-requests.list", method: .get, path: PathTemplate(into),
        summary: "What others have asked the account for.", requirement: .may(.view, .account),
        query: Page.parameters, success: (200, .page(of: incoming)),
        handler: .read { exchange, reader in
            let (page, after) = try page(exchange)
            let found = try reader.requestsReceived(
                by: exchange.accountEntry(reader), after: after, limit: page.limit + 1)
            return try page.answer(found, exchange, name: { String($0.id) }, json: { try incoming($0, reader) })
        })

    private static func findReceived(_ exchange: Exchange, _ reader: DirectoryReader) throws -> SharingRequest {
        guard let found = try reader.requestReceived(id(exchange), by: exchange.accountEntry(reader)) else {
            throw Problem.notFound
        }
        return found
    }

    private static let getReceived = Operation(
        id: "export-requests.get", method: .get, path: PathTemplate(into + "/{request}"),
        summary: "Something that the account was asked for.", requirement: .may(.view, .account),
        success: (200, incoming),
        handler: .read { exchange, reader in
            let json = try incoming(findReceived(exchange, reader), reader)
            return Answer(json, tag: tag(json))
        })

    private static let approve = Operation(
        id: "export-requests.approve", method: .post, path: PathTemplate(into + "/{request}:approve"),
        summary: "Grant a request: the activation is signed, and the import comes into force.",
        requirement: .may(.configure, .account),
        request: .object(
            "",
            [
                .optional(
                    "expires", .integer("The last Unix second of the activation; 0 for ever.", 0...253_402_300_799)),
                .optional("reason", .text("What the importer is told.", most: 1_000)),
            ]),
        isBodyOptional: true, success: (200, incoming),
        handler: .change { exchange, change in
            try exchange.checkSubjectsAreFree()
            let exporter = try exchange.accountEntry(change.reader)
            let request = try findReceived(exchange, change.reader)
            var validity = Validity()
            if let expires = exchange.body["expires"]?.integer { validity.expires = expires }
            let isInForce = try change.approve(
                request, by: exporter, validity: validity, saying: exchange.body["reason"]?.text ?? "")
            let json = try incoming(findReceived(exchange, change.reader), change.reader)
            var answer = Answer(json.adding("in_force", .bool(isInForce)))
            answer.accounts = isInForce ? [request.importer] : []
            return answer
        })

    private static let refuse = Operation(
        id: "export-requests.refuse", method: .post, path: PathTemplate(into + "/{request}:refuse"),
        summary: "Refuse a request, and say why.", requirement: .may(.configure, .account),
        request: .object("", [.required("reason", .text("What the importer is told.", most: 1_000))]),
        success: (200, incoming),
        handler: .change { exchange, change in
            let exporter = try exchange.accountEntry(change.reader)
            try change.refuse(
                findReceived(exchange, change.reader), by: exporter, because: exchange.body["reason"]?.text ?? "")
            return Answer(try incoming(findReceived(exchange, change.reader), change.reader))
        })
}

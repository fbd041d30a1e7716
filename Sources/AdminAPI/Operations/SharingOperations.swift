import Administration
import Claims
import NKeys

/// Exports and imports.
enum SharingOperations {
    static let all = [listExports, getExport, putExport, deleteExport, listImports, addImport, deleteImport]

    private static let export = Catalogue.account + "/exports/{subject}"

    private static func find(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Export? {
        let subject = try exchange.reference("subject").text
        return try exchange.accountEntry(reader).claims().exports.first { $0.subject.isExactly(subject) }
    }

    @Sendable private static func state(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Operation.State {
        Operation.State(exists: try find(exchange, reader) != nil, tag: try exchange.accountEntry(reader).version)
    }

    private static let listExports = Operation(
        id: "exports.list", method: .get, path: PathTemplate(Catalogue.account + "/exports"),
        summary: "What an account exports.", requirement: .may(.view, .account),
        success: (200, .page(of: .component("Export"))), state: AccountOperations.state,
        handler: .read { exchange, reader in
            let entry = try exchange.accountEntry(reader)
            let exports = try entry.claims().exports.map(\.json)
            return Answer(.members(["items": .array(exports)]), tag: entry.version)
        })

    private static let getExport = Operation(
        id: "exports.get", method: .get, path: PathTemplate(export), summary: "An export.",
        requirement: .may(.view, .account), success: (200, .component("Export")), state: state,
        handler: .read { exchange, reader in
            guard let found = try find(exchange, reader) else { throw Problem.notFound }
            return Answer(found.json, tag: try exchange.accountEntry(reader).version)
        })

    private static let putExport = Operation(
        id: "exports.put", method: .put, path: PathTemplate(export), summary: "Export a subject, or change how.",
        requirement: .may(.configure, .account), request: .component("Export"),
        example: .members(["type": .string("stream"), "description": .string("What was ordered")]),
        success: (200, .component("Export")),
        otherSuccess: 201, state: state,
        handler: .change { exchange, change in
            try exchange.checkSubjectsAreFree()
            let known = try find(exchange, change.reader)
            let subject = try exchange.reference("subject").text
            var export = Export(exchange.body, subject: subject)
            if let known { (export.revocations, export.latency) = (known.revocations, known.latency) }
            try change.changeAccount(exchange.accountEntry(change.reader)) { claims in
                if let index = claims.exports.firstIndex(where: { $0.subject.isExactly(subject) }) {
                    claims.exports[index] = export
                } else {
                    claims.exports.append(export)
                }
            }
            return try AccountOperations.answer(exchange, change, status: known == nil ? 201 : 200) { _ in export.json }
        })

    private static let deleteExport = Operation(
        id: "exports.delete", method: .delete, path: PathTemplate(export),
        summary: "Take an export back: those who import it get it no more.", requirement: .may(.configure, .account),
        success: (200, .component("Done")), state: state,
        handler: .change { exchange, change in
            let entry = try exchange.accountEntry(change.reader)
            guard let found = try find(exchange, change.reader) else { throw Problem.notFound }
            try change.changeAccount(entry) { claims in
                claims.exports.removeAll { $0.subject.isExactly(found.subject) }
            }
            var answer = Answer.deleted
            answer.accounts = [entry.publicKey]
            return answer
        })

    // MARK: Imports

    private static let listImports = Operation(
        id: "imports.list", method: .get, path: PathTemplate(Catalogue.account + "/imports"),
        summary: "What an account imports.", requirement: .may(.view, .account),
        success: (200, .page(of: .component("Import"))), state: AccountOperations.state,
        handler: .read { exchange, reader in
            let entry = try exchange.accountEntry(reader)
            let imports = try entry.claims().imports.map(\.json)
            return Answer(.members(["items": .array(imports)]), tag: entry.version)
        })

    private static let addImport = Operation(
        id: "imports.add", method: .post, path: PathTemplate(Catalogue.account + "/imports"),
        summary: "Import what another account exports.", requirement: .may(.configure, .account),
        request: .component("Import"), success: (201, .component("Import")), state: AccountOperations.state,
        handler: .change { exchange, change in
            try exchange.checkSubjectsAreFree()
            let body = exchange.body
            let entry = try exchange.accountEntry(change.reader)
            var new = NewImport()
            new.name = body["name"]?.text
            new.source = body["account"]?.text.map { EntityReference($0) }
            new.remoteSubject = body["subject"]?.text
            new.localSubject = body["local_subject"]?.text
            new.isService = body["type"]?.text == "service"
            new.share = body["share"]?.flag ?? false
            new.allowTrace = body["allow_trace"]?.flag ?? false
            new.activation = body["activation"]?.text
            let place = Place(
                operator: EntityReference(entry.operator), account: EntityReference(entry.publicKey))
            try change.addImport(new, at: place)
            return try AccountOperations.answer(exchange, change, status: 201) { entry in
                try entry.claims().imports.last?.json ?? .object([:])
            }
        })

    private static let deleteImport = Operation(
        id: "imports.delete", method: .delete,
        path: PathTemplate(Catalogue.account + "/imports/{exporter}/{subject}"),
        summary: "Import something no more.", requirement: .may(.configure, .account),
        success: (200, .component("Done")),
        state: AccountOperations.state,
        handler: .change { exchange, change in
            let entry = try exchange.accountEntry(change.reader)
            guard let exporter = try exchange.reference("exporter").publicKey else { throw Problem.notFound }
            let place = Place(
                operator: EntityReference(entry.operator), account: EntityReference(entry.publicKey))
            try change.deleteImport(
                exchange.reference("subject").text, from: EntityReference(exporter), at: place)
            var answer = Answer.deleted
            answer.accounts = [entry.publicKey]
            return answer
        })
}

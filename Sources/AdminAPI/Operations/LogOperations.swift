import Administration
import Audit
import Claims
import NKeys

/// The logs as something to be believed: checkpoints, proofs and verification.
enum LogOperations {
    static let all = [list, checkpoints, inclusion, consistency, verify]

    private static let path = "/v1/audit/{log}"
    /// The directory's own log.
    private static let admin = "admin"

    /// The log that the path names; nil for the directory's own.
    private static func log(_ exchange: Exchange) throws -> String? {
        let name = try exchange.reference("log").text
        return name == admin ? nil : name
    }

    private static let list = Operation(
        id: "logs.list", method: .get, path: PathTemplate("/v1/audit"), summary: "The logs that there are.",
        requirement: .may(.audit, .system),
        success: (200, .object("", [.required("items", .list(.object("", [.required("name", .text())])))])),
        handler: .work { _, service in
            let names = try await service.work { [admin] + $0.brokerLogs.names }
            return Answer(.members(["items": .array(names.map { .members(["name": .string($0)]) })]))
        })

    private static let checkpoints = Operation(
        id: "logs.checkpoints", method: .get, path: PathTemplate(path + "/checkpoints"),
        summary: "Signed checkpoints of a log, as notes, and the latest one.", requirement: .may(.audit, .system),
        query: Page.parameters,
        success: (
            200,
            .object(
                "",
                [
                    .optional("latest", .text()),
                    .required(
                        "items",
                        .list(.object("", [.required("size", .integer()), .required("note", .text())]), most: 500)),
                    .optional("next", .text()),
                ])
        ),
        handler: .work { exchange, service in
            let page = try exchange.page()
            guard page.after.isEmpty || Int64(page.after) != nil else {
                throw Problem.invalid("cursor", "is not a cursor of this list")
            }
            let (after, limit, log) = (Int64(page.after) ?? 0, page.limit + 1, try log(exchange))
            let (found, latest) = try await service.work { directory in
                if let log {
                    return try (
                        directory.brokerLogs.checkpoints(of: log, after: after, limit: limit),
                        directory.brokerLogs.checkpoint(of: log)
                    )
                }
                return try (directory.auditCheckpoints(after: after, limit: limit), directory.auditCheckpoint())
            }
            var answer = page.answer(found, exchange, name: { String($0.size) }) {
                .members(["size": .integer($0.size), "note": .string($0.note)])
            }
            answer.body = answer.body?.adding("latest", latest.map { .string($0) })
            return answer
        })

    // MARK: Proofs

    private static let proof = Schema.object(
        "A proof about a tree (RFC 6962), in hexadecimal.",
        [
            .required("size", .integer()), .required("root", .text("", most: 64)),
            .required("hashes", .list(.text("", most: 64))),
        ])

    private static func json(_ proof: AuditProof) -> JSONValue {
        .members([
            "size": .integer(proof.size), "root": .string(proof.root.description),
            "hashes": .texts(proof.hashes.map(\.description)),
        ])
    }

    private static func number(_ name: String, _ about: String, from least: Int64) -> Operation.Parameter {
        Operation.Parameter(name: name, schema: .integer(about, least...Schema.exactIntegers.upperBound))
    }

    private static func given(_ name: String, _ exchange: Exchange) throws(Problem) -> Int64 {
        guard let number = exchange.query[name].flatMap({ Int64($0) }) else {
            throw Problem.invalid(name, "must be given")
        }
        return number
    }

    private static let inclusion = Operation(
        id: "logs.inclusion", method: .get, path: PathTemplate(path + "/proofs/inclusion"),
        summary: "That a record is in the tree of a size.", requirement: .may(.audit, .system),
        query: [number("index", "The record.", from: 0), number("size", "Of a checkpoint.", from: 1)],
        success: (200, proof),
        handler: .work { exchange, service in
            let (index, size) = (try given("index", exchange), try given("size", exchange))
            let (log, directory) = (try log(exchange), service.directory)
            return try await service.policyDesk.work(for: exchange.caller) {
                Answer(json(try directory.inclusionProof(of: index, size: size, in: log, service.auditTiles)))
            }
        })

    private static let consistency = Operation(
        id: "logs.consistency", method: .get, path: PathTemplate(path + "/proofs/consistency"),
        summary: "That the tree of one size is the beginning of that of another.", requirement: .may(.audit, .system),
        query: [number("from", "The smaller size.", from: 1), number("size", "The larger one.", from: 1)],
        success: (200, proof),
        handler: .work { exchange, service in
            let (old, size) = (try given("from", exchange), try given("size", exchange))
            let (log, directory) = (try log(exchange), service.directory)
            return try await service.policyDesk.work(for: exchange.caller) {
                Answer(json(try directory.consistencyProof(from: old, size: size, in: log, service.auditTiles)))
            }
        })

    private static let verify = Operation(
        id: "logs.verify", method: .post, path: PathTemplate(path + ":verify"),
        summary: "Check every record and every signature of a log.", requirement: .may(.audit, .system),
        request: .object(
            "", [.optional("key", .text("The verifier key that the log must begin with.", most: 256))]),
        isBodyOptional: true, success: (200, .any),
        handler: .work { exchange, service in
            let (log, directory, key) = (try log(exchange), service.directory, exchange.body["key"]?.text)
            return try await service.policyDesk.work(for: exchange.caller) {
                let logs = directory.brokerLogs
                if let log { _ = try logs.reader(of: log) }
                // What the checkpoints of brokers' logs say of other logs.
                let mentions = try logs.names.flatMap { try LogVerification.mentions(in: logs.storage(of: $0)) }
                guard let log else {
                    let findings = try directory.verifyAudit(key: key, mentions: mentions)
                    return Answer(try JSONValue(encoding: VerdictAnswer(findings)))
                }
                let findings = try LogVerification.run(
                    logs.storage(of: log), expectedKey: key, mentions: mentions + directory.auditMentions())
                return Answer(try JSONValue(encoding: VerdictAnswer(findings, folder: log)))
            }
        })
}

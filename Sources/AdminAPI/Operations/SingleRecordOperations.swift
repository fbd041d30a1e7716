import Administration
import Audit
import Claims
import NKeys

/// One record of a log, byte for byte, so that its hash can be made: for auditors any, for an account's administrator those that
/// belong to the account, with the proof that the log has them.
enum SingleRecordOperations {
    static let all = [get, accountGet, accountProof]

    private static let system = "/v1/audit/{log}/records/{index}"
    private static let account = Catalogue.account + "/audit/{log}/records/{index}"

    /// The log that the path names: nil for the directory's own, and `broker` for the only broker's.
    private static func log(_ exchange: Exchange, _ directory: Directory) throws -> String? {
        let name = try exchange.reference("log").text
        if name == "admin" { return nil }
        let names = directory.brokerLogs.names
        guard let found = name == "broker" && names.count == 1 ? names.first : name, names.contains(found) else {
            throw Problem.notFound
        }
        return found
    }

    private static func index(_ exchange: Exchange) throws -> Int64 {
        let text = try exchange.reference("index").text
        guard let index = Int64(text), index >= 0, String(index) == text else { throw Problem.notFound }
        return index
    }

    /// - Parameter owner: the account that the record must belong to; nil for any.
    private static func record(
        at index: Int64, of log: String?, _ directory: Directory, owner: PublicKey?
    ) throws -> [UInt8] {
        if let log {
            guard let line = try directory.brokerLogs.reader(of: log).line(at: index),
                owner.map({ line.record?.who?.account == $0.text }) ?? true
            else { throw Problem.notFound }
            return line.bytes
        }
        guard let entry = try directory.audit(from: index, limit: 1).first, entry.record.index == index,
            owner.map(entry.record.belongs) ?? true
        else { throw Problem.notFound }
        return entry.bytes
    }

    private static func answer(
        _ exchange: Exchange, _ service: AdminService, owner: PublicKey?
    ) async throws -> Answer {
        let index = try index(exchange)
        return try await service.search(for: exchange.caller) { directory in
            let bytes = try record(at: index, of: log(exchange, directory), directory, owner: owner)
            return Answer(text: String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func owner(_ exchange: Exchange) throws(Problem) -> PublicKey {
        guard let key = exchange.accountKey else { throw Problem.forbidden }
        return key
    }

    private static let get = Operation(
        id: "records.get", method: .get, path: PathTemplate(system),
        summary: "A record byte for byte: its leaf is the SHA-256 of a zero byte and these bytes.",
        requirement: .may(.audit, .system), success: (200, .any),
        handler: .work { exchange, service in try await answer(exchange, service, owner: nil) })

    private static let accountGet = Operation(
        id: "account-audit.record", method: .get, path: PathTemplate(account),
        summary: "A record that belongs to an account, byte for byte.", requirement: .may(.audit, .account),
        success: (200, .any),
        handler: .work { exchange, service in try await answer(exchange, service, owner: owner(exchange)) })

    private static let accountProof = Operation(
        id: "account-audit.proof", method: .get, path: PathTemplate(account + "/proof"),
        summary: "The proof that a record of an account is under the latest checkpoint (RFC 6962), in hexadecimal.",
        requirement: .may(.audit, .account),
        success: (
            200,
            .object(
                "",
                [
                    .required("size", .integer()), .required("root", .text("", most: 64)),
                    .required("hashes", .list(.text("", most: 64))),
                    .required("checkpoint", .text("The signed note of that size.", most: 65_536)),
                ])
        ),
        handler: .work { exchange, service in
            let (index, owner) = (try index(exchange), try owner(exchange))
            return try await service.search(for: exchange.caller) { directory in
                let log = try log(exchange, directory)
                _ = try record(at: index, of: log, directory, owner: owner)
                let note =
                    if let log { try directory.brokerLogs.checkpoint(of: log) } else { try directory.auditCheckpoint() }
                guard let note, let checkpoint = try? Checkpoint(text: SignedNote(note).text) else {
                    throw Problem.notFound
                }
                let proof = try directory.inclusionProof(of: index, size: checkpoint.size, in: log, service.auditTiles)
                return Answer(
                    .members([
                        "size": .integer(proof.size), "root": .string(proof.root.description),
                        "hashes": .texts(proof.hashes.map(\.description)), "checkpoint": .string(note),
                    ]))
            }
        })
}

import Administration
import Claims
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Secrets
import Testing

@testable import AdminAPI

/// A service over a directory of its own, with a clock that stands still: the operator `O` with the accounts `OWN` and
/// `OTHER`, each with the role `r` and the user `u`.
final class TestService: Sendable {
    static let now: Int64 = 1_800_000_000

    let directory: Directory
    let service: AdminService
    private let folder: String

    init(_ chosen: AdminService.Options? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("chancery-\(UUID().uuidString)").path
        directory = try Directory.open(
            Home(path: folder), creating: true,
            surroundings: Directory.Surroundings(now: { TestService.now }, actor: "local:tester")
        ).forService()
        try directory.change("test") { change in
            var new = NewOperator(name: "O")
            new.withSystemAccount = true
            let owner = try change.addOperator(new)
            for name in ["OWN", "OTHER"] {
                let account = try change.addAccount(NewAccount(name: name), of: EntityReference(owner.publicKey))
                try change.setRole(WholeRole(name: "r"), in: account)
                var user = WholeUser(name: "u")
                user.role = "r"
                let current = try change.reader.account(EntityReference(name), of: owner)
                try change.setUser(user, from: nil, in: current)
            }
        }
        var options = chosen ?? AdminService.Options()
        if chosen == nil { (options.requestsPerSecond, options.failuresPerSecond) = (0, 0) }
        service = AdminService(directory, distributor: nil, options: options, now: { TestService.now })
    }

    /// One where two failures in a row are recorded, and then none for seconds.
    static func limitingFailures() throws -> TestService {
        var options = AdminService.Options()
        (options.requestsPerSecond, options.failuresPerSecond) = (0, 0.1)
        return try TestService(options)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The header of a token with these grants.
    func token(_ grants: AccessGrant..., name: String = "test") throws -> String {
        let secret = try directory.change("test") {
            try $0.addAccessToken(NewAccessToken(name: name, grants: grants)).secret
        }.value
        return secret?.withBytes { "Bearer " + String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func account(_ name: String) throws -> AccountEntry {
        try directory.read { try $0.account(EntityReference(name), of: $0.operator(EntityReference("O"))) }
    }

    /// Runs `body` with a client of the service.
    func test(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await Application(responder: service).test(.router) { client in try await body(client) }
    }
}

/// An answer, as tests look at it.
struct Reply {
    let status: Int
    let headers: HTTPFields
    let text: String

    var json: JSONValue { JSONValue(parsing: Array(text.utf8)) ?? .null }
    var code: String? { json["code"]?.text }
    var tag: String? { headers[.eTag] }
}

extension TestClientProtocol {
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, as token: String? = nil,
        _ fields: [(HTTPField.Name, String)] = [], type: String = "application/json"
    ) async throws -> Reply {
        var headers = HTTPFields()
        if let token { headers[.authorization] = token }
        for (name, value) in fields { headers[name] = value }
        if body != nil {
            headers[.contentType] = type
            headers[.contentLength] = body.map { String($0.utf8.count) }
        }
        return try await execute(uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        {
            response in
            Reply(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
        }
    }
}

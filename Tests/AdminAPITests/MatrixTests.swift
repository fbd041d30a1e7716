import Administration
import Claims
import HTTPTypes
import HummingbirdTesting
import NKeys
import Testing

@testable import AdminAPI

/// Every operation, as every role, on its own and on somebody else's account: allowed or refused as the table in the
/// documentation says, and without a word about the other one.
@Suite struct MatrixTests {
    private func grant(_ role: AccessRole, _ test: TestService) throws -> AccessGrant {
        let own = try test.account("OWN")
        switch role {
        case .systemAdmin: return AccessGrant(.systemAdmin)
        case .accountAdmin: return AccessGrant(.accountAdmin, account: own.publicKey)
        case .issuer: return AccessGrant(.issuer, account: own.publicKey, signingRole: "r")
        default: return AccessGrant(role)
        }
    }

    @Test(arguments: AccessRole.allCases) func `the table is true`(role: AccessRole) async throws {
        let test = try TestService()
        let token = try test.token(grant(role, test))
        let foreign = try test.account("OTHER").publicKey.text
        try await test.test { client in
            for operation in Catalogue.all {
                guard case .may(_, let object) = operation.requirement else { continue }
                // A stream has no end; those who may not have it are refused before it begins.
                if operation.answers == "text/event-stream", RoleTable.cell(operation.requirement, role) != "no" {
                    continue
                }
                for account in ["OWN", "OTHER"] {
                    let reply = try await client.send(
                        HTTPRequest.Method(operation.method.rawValue)!, path(operation, account),
                        operation.request == nil ? nil : "{}", as: token)
                    let cell = RoleTable.cell(operation.requirement, role)
                    let isOutside = role.needsAccount && account == "OTHER" && object != .system && object != .operator
                    let isAllowed = cell == "yes" || cell == "own" && !isOutside
                    let isRefused = reply.status == 403 || reply.status == 401
                    #expect(isRefused == !isAllowed, "\(operation.id) as \(role.rawValue) on \(account): \(reply.text)")
                    #expect(reply.status < 500, "\(operation.id): \(reply.text)")
                    if isRefused {
                        #expect(reply.code == "forbidden")
                        #expect(!reply.text.contains(foreign) && !reply.text.contains("OTHER"))
                    }
                    #expect(
                        OpenAPIDocument.statuses(operation).contains(reply.status), "\(operation.id): \(reply.status)")
                }
            }
        }
    }

    @Test func `what is not there is refused in the same words as what is another's`() async throws {
        let test = try TestService()
        let token = try test.token(AccessGrant(.accountAdmin, account: test.account("OWN").publicKey))
        try await test.test { client in
            let there = try await client.send(.get, "/v1/operators/O/accounts/OTHER", as: token)
            let nowhere = try await client.send(.get, "/v1/operators/O/accounts/NONE", as: token)
            #expect(there.status == 403 && nowhere.status == 403)
            #expect(there.json["detail"] == nowhere.json["detail"])
            #expect(there.json["errors"] == nil && nowhere.json["errors"] == nil)
        }
    }

    @Test func `without a token nothing but what is open is to be had`() async throws {
        let test = try TestService()
        try await test.test { client in
            for operation in Catalogue.all where operation.requirement != .open {
                let reply = try await client.send(
                    HTTPRequest.Method(operation.method.rawValue)!, path(operation, "OWN"), as: nil)
                #expect(reply.status == 401, "\(operation.id)")
                #expect(reply.json["audit_id"] != nil, "\(operation.id)")
            }
        }
    }

    /// The path of an operation on an account, tried only.
    private func path(_ operation: Operation, _ account: String) -> String {
        let values = ["operator": "O", "account": account, "user": "u", "role": "r"]
        var path = operation.path.text
        for name in operation.path.names { path = path.replacing("{\(name)}", with: values[name] ?? "x") }
        var query: [String] = operation.isChange ? ["dry_run=true"] : []
        if operation.query.contains(where: { $0.name == "role" }) { query.append("role=r") }
        return query.isEmpty ? path : path + "?" + query.joined(separator: "&")
    }
}

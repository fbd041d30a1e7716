import Administration
import Claims
import Foundation
import Testing

@testable import AdminAPI

@Suite struct CatalogueTests {
    @Test func `every operation has a name and a place of its own`() {
        #expect(Set(Catalogue.all.map(\.id)).count == Catalogue.all.count)
        let places = Catalogue.all.map { "\($0.method.rawValue) \($0.path.text)" }
        #expect(Set(places).count == places.count)
        for operation in Catalogue.all { #expect(operation.id.split(separator: ".").count == 2, "\(operation.id)") }
    }

    @Test func `the description holds every operation and nothing else`() throws {
        let document = try #require(JSONValue(parsing: Array(ServiceDescription.openAPI.utf8)))
        #expect(document["openapi"]?.text == "3.1.0")
        var described: Set<String> = []
        for (path, methods) in try #require(document["paths"]?.members) {
            for (method, operation) in try #require(methods.members) {
                described.insert("\(method.uppercased()) \(path)")
                #expect(operation["operationId"]?.text != nil)
            }
        }
        #expect(described == Set(Catalogue.all.map { "\($0.method.rawValue) \($0.path.text)" }))
    }

    @Test func `every shape that is named is there`() throws {
        let text = ServiceDescription.openAPI
        let components = try #require(JSONValue(parsing: Array(text.utf8))?["components"])
        for kind in ["schemas", "responses", "headers"] {
            for piece in text.split(separator: "\"#/components/\(kind)/").dropFirst() {
                let name = String(piece.prefix { $0 != "\"" })
                #expect(components[kind]?[name] != nil, "\(name)")
            }
        }
    }

    @Test func `every operation of the description is what its path is routed to`() throws {
        let document = try #require(JSONValue(parsing: Array(ServiceDescription.openAPI.utf8)))
        for (path, methods) in try #require(document["paths"]?.members) {
            // A name of one's own for every name, so that no word of another path stands in for it.
            let target = path.replacing(try Regex("\\{([^}]*)\\}"), with: "~name~")
            let request = try RequestPath(target, verbs: Catalogue.routes.verbs)
            for (method, operation) in try #require(methods.members) {
                let (found, values) = try Catalogue.routes.find(method.uppercased(), request)
                #expect(found.id == operation["operationId"]?.text)
                #expect(found.path.text == path && values.count == found.path.names.count)
            }
        }
    }

    @Test func `every link leads to an operation and fills its path`() {
        var count = 0
        for operation in Catalogue.all {
            for (id, link) in OperationLinks.of(operation) ?? [:] {
                count += 1
                guard let target = Catalogue.all.first(where: { $0.id == id }) else {
                    Issue.record("\(operation.id) leads to \(id)")
                    continue
                }
                let parameters = Set((link["parameters"]?.members ?? [:]).map(\.key).filter { $0.hasPrefix("path.") })
                #expect(parameters == Set(target.path.names.map { "path.\($0)" }), "\(operation.id) to \(id)")
            }
        }
        #expect(count > Catalogue.all.count)
    }

    @Test func `the table in the documentation is the one that counts`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/api-roles.md")
        #expect(try String(contentsOf: file, encoding: .utf8) == RoleTable.markdown)
    }
}

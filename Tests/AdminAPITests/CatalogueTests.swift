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
        for piece in text.split(separator: "\"#/components/schemas/").dropFirst() {
            let name = String(piece.prefix { $0 != "\"" })
            #expect(Components.all[name] != nil, "\(name)")
        }
    }

    @Test func `the table in the documentation is the one that counts`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/api-roles.md")
        #expect(try String(contentsOf: file, encoding: .utf8) == RoleTable.markdown)
    }
}

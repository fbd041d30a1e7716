import Claims
import Testing

@testable import Broker

@Suite struct ImporterIndexTests {
    private func imports(_ exporters: String...) -> [Import] {
        exporters.map { Import(subject: "a", account: $0, type: .stream) }
    }

    @Test func whoImportsIsFound() {
        var index = ImporterIndex()
        index.replace([], with: imports("X", "X", "Y"), of: 1)
        index.replace([], with: imports("X"), of: 2)
        #expect(index["X"] == [1, 2])
        #expect(index["Y"] == [1])
        #expect(index["Z"] == [])
    }

    @Test func whatIsImportedNoMoreIsForgotten() {
        var index = ImporterIndex()
        index.replace([], with: imports("X", "Y"), of: 1)
        index.replace(imports("X", "Y"), with: imports("Y", "Z"), of: 1)
        #expect(index["X"] == [])
        #expect(index["Y"] == [1])
        #expect(index["Z"] == [1])
    }
}

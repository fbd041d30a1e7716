import Administration
import Testing

@testable import AdminAPI

/// What remedies call options, for whoever has none.
@Suite struct OptionWordsTests {
    @Test func `Who asks the API is told of its own members, and who gives options of options`() throws {
        for (option, member, parameter) in [
            ("--force", "\"force\": true", "force=true"), ("--unmanaged", "\"unmanaged\": true", "unmanaged=true"),
            ("--delete-roles", "\"delete_roles\": true", "delete_roles=true"),
        ] {
            let error = AdministrationError(.refused, "no", remedy: "insist with \(option), which is recorded")
            let (body, query) = (Problem(error).remedy, Problem(error, inQuery: true).remedy)
            #expect(body == "insist with \(member), which is recorded")
            #expect(query == "insist with \(parameter), which is recorded")
            #expect(OptionWords.asOptions(body ?? "") == error.remedy)
            #expect(OptionWords.asOptions(query ?? "") == error.remedy)
        }
    }
}

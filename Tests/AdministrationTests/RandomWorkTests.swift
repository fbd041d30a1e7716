import Claims
import GRDB
import NKeys
import Testing

@testable import Administration

@Suite struct RandomWorkTests {
    @Test func `whatever is done, every token is valid, trusted and later than the one before`() throws {
        let seed = UInt64.random(in: 0...(.max))
        var generator = SplitMix(state: seed)
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A", "B", system: true)
        for step in 0..<150 {
            test.now += Int64.random(in: -1...3, using: &generator)
            let account = Place.account(Bool.random(using: &generator) ? "A" : "B")
            let user = EntityReference("u\(Int.random(in: 0..<6, using: &generator))")
            let choice = Int.random(in: 0..<8, using: &generator)
            do {
                try directory.change("step \(step)") { change in
                    try Self.work(choice, user, account, step, change)
                }
            } catch let error as AdministrationError {
                let expected: [AdministrationError.Code] = [.alreadyExists, .notFound, .invalidClaims]
                #expect(expected.contains(error.code), "seed \(seed), step \(step): \(error)")
            }
        }
        let blocking = try directory.findings(at: test.now).filter(\.isBlocking)
        #expect(blocking.isEmpty, "seed \(seed)")
        try directory.read { reader in
            let rows = try Row.fetchAll(reader.database, sql: "SELECT subject, issued_at, text FROM tokens ORDER BY id")
            var latest: [String: Int64] = [:]
            for row in rows {
                let token = try Token.decode(row["text"])
                #expect(token.claims.issuedAt == row["issued_at"], "seed \(seed)")
                #expect(token.claims.issuedAt > latest[token.claims.subject] ?? 0, "seed \(seed)")
                latest[token.claims.subject] = token.claims.issuedAt
            }
        }
    }

    private static func work(
        _ choice: Int, _ user: EntityReference, _ place: Place, _ step: Int, _ change: Change
    ) throws {
        switch choice {
        case 0, 1:
            try change.addUser(NewUser(name: user.text), at: place)
        case 2:
            var edits = UserEdits()
            edits.tags = ListEdits(add: ["step\(step)"])
            try change.editUser(user, at: place, edits)
        case 3:
            try change.revokeUser(user, at: place)
        case 4:
            try change.deleteUser(user, at: place, revoking: step % 2 == 0, forgettingSeed: step % 3 == 0)
        case 5:
            var role = RoleEdits()
            role.role = "role\(step % 4)"
            try change.editSigningKeys(["generate"], at: place, role)
        case 6:
            try change.addUser(NewUser(name: user.text), at: place, signer: .named("role\(step % 4)"))
        default:
            var edits = AccountEdits()
            edits.connections = Int64(step)
            try change.editAccount(at: place, edits)
        }
    }
}

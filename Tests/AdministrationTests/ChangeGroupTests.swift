import Claims
import GRDB
import NKeys
import Testing

@testable import Administration

@Suite struct ChangeGroupTests {
    private struct Refused: Error {}

    @Test func `each of many changes succeeds or fails by itself`() async throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        let traces = await withTaskGroup(of: (Int, String?).self) { group in
            for number in 0..<100 {
                group.addTask {
                    let changed = try? await directory.changeTogether("add") { change in
                        try change.addUser(NewUser(name: "u\(number)"), at: .account("A"))
                        // What was done so far must go again, and nothing else.
                        if number.isMultiple(of: 3) { throw Refused() }
                    }
                    return (number, changed?.trace?.id)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let expected = (0..<100).filter { !$0.isMultiple(of: 3) }
        #expect(Set(traces.keys) == Set(expected))
        #expect(Set(traces.values).count == expected.count, "each has records of its own")
        let users = try test.open().read { try $0.users(of: $0.account(at: .account("A"))) }
        #expect(Set(users.map(\.name)) == Set(expected.map { "u\($0)" }))
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `what fails and has written something is never left without being undone`() throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        try directory.database.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                let insert = "INSERT INTO store_gaps (scope, public_key) VALUES ('', ?)"
                let quick = ChangeTransaction(database, isInSteps: false)
                #expect(throws: Refused.self) { try quick.undoingFailure { throw Refused() } }
                #expect(throws: ChangeTransaction.NeedsSteps.self) {
                    try quick.undoingFailure {
                        try database.execute(sql: insert, arguments: ["quick"])
                        throw Refused()
                    }
                }
                let careful = ChangeTransaction(database, isInSteps: true)
                #expect(throws: Refused.self) {
                    try careful.undoingFailure {
                        try database.execute(sql: insert, arguments: ["careful"])
                        throw Refused()
                    }
                }
                let left = try database.texts("SELECT public_key AS text FROM store_gaps")
                #expect(left == ["quick"])
                return .rollback
            }
        }
    }

    @Test func `of two that make the same, one is refused`() async throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        let made = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let changed = try? await directory.changeTogether("add") { change in
                        try change.addUser(NewUser(name: "u"), at: .account("A"))
                    }
                    return changed != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(made == 1)
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `every change is answered when a transaction is lost`() async throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        await withTaskGroup(of: Void.self) { group in
            for name in 0..<30 {
                group.addTask {
                    _ = try? await directory.changeTogether("add") { change in
                        try change.addUser(NewUser(name: "u\(name)"), at: .account("A"))
                        // One takes the whole transaction with it, as a full disk does.
                        if name == 17 { try change.database.execute(sql: "ROLLBACK") }
                    }
                }
            }
        }
        // All of them came back; nothing is half there.
        let users = try directory.read { try $0.users(of: $0.account(at: .account("A"))) }
        #expect(users.count < 30)
        #expect(try directory.verifyAudit().problems.isEmpty)
        _ = try await directory.changeTogether("add") { try $0.addUser(NewUser(name: "later"), at: .account("A")) }
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `a log that begins with a change of a group begins once`() async throws {
        let test = TestDirectory()
        let directory = try test.open().forService()
        let made = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let changed = try? await directory.changeTogether("add") { change in
                        try change.addOperator(NewOperator(name: "O\(number)"))
                        if number.isMultiple(of: 2) { throw Refused() }
                    }
                    return changed != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(made == 10)
        #expect(try directory.read { try $0.operators() }.count == 10)
        #expect(try directory.verifyAudit().problems.isEmpty)
    }

    @Test func `a seed that was altered while a group is at work is not taken from memory`() async throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        let account = try directory.read { try $0.account(at: .account("A")) }
        let codes = await withTaskGroup(of: (Int, AdministrationError.Code?).self) { group in
            for number in 0..<8 {
                group.addTask {
                    do {
                        _ = try await directory.changeTogether("add") { change in
                            try change.addUser(NewUser(name: "u\(number)"), at: .account("A"))
                            try change.database.execute(
                                sql: "UPDATE seeds SET sealed = zeroblob(length(sealed)) WHERE public_key = ?",
                                arguments: [account.publicKey.text])
                        }
                        return (number, nil)
                    } catch {
                        return (number, (error as? AdministrationError)?.code)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        // The first one succeeds; the key opens for no other.
        #expect(codes.count == 7 && codes.values.allSatisfy { $0 == .keyringLocked })
    }

    @Test func `the number of the state tells of every change, of other processes too`() async throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        var seen = try #require(directory.stateNumber)
        #expect(directory.stateNumber == seen)
        _ = try directory.read { try $0.operators() }
        #expect(directory.stateNumber == seen, "reading changes nothing")
        let other = try test.open()
        for number in 0..<50 {
            let changing = number.isMultiple(of: 2) ? other : directory
            try changing.change("add") { try $0.addUser(NewUser(name: "u\(number)"), at: .account("A")) }
            let now = try #require(directory.stateNumber)
            #expect(now != seen)
            seen = now
        }
    }

    @Test func `who reads does not wait for who holds the lock`() async throws {
        let test = TestDirectory()
        let directory = try test.opened(accounts: "A").forService()
        let other = try test.open()
        try other.change("add") { change in
            try change.addUser(NewUser(name: "u"), at: .account("A"))
            let users = try directory.read { try $0.users(of: $0.account(at: .account("A"))) }
            #expect(users.isEmpty)
            #expect(directory.stateNumber != nil)
        }
    }
}

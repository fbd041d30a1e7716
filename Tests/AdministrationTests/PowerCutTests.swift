import Claims
import Foundation
import GRDB
import NKeys
import TestSupport
import Testing

@testable import Administration

/// Changes on a disk that forgets what was not synchronised.
@Suite(.serialized) struct PowerCutTests {
    /// How many times the power is cut: all of them for `make prove`, a twentieth otherwise.
    private static let cuts = ProcessInfo.processInfo.environment["CHANCERY_PROVE"] == nil ? 50 : 1000
    private static let cutsOfOneDirectory = 25

    @Test func `after a power cut what was acknowledged is there, and nothing is half done`() throws {
        var random = SeededGenerator.announced("power cuts")
        var inTheMiddle = 0
        for number in 0..<(Self.cuts / Self.cutsOfOneDirectory) {
            let work = try PowerCutWork(seed: random.next())
            for cut in 0..<Self.cutsOfOneDirectory {
                work.disk.cut(after: Int64.random(in: 0..<60, using: &random))
                while !work.disk.isCut { try work.step() }
                try work.disk.restart(seed: random.next())
                try work.check("directory \(number), cut \(cut)")
            }
            inTheMiddle += work.undecided
        }
        #expect(inTheMiddle > Self.cuts / 10, "the power is mostly cut in the middle of a change")
    }

    @Test func `a first change that the power is cut in is there or is not`() throws {
        var random = SeededGenerator.announced("power cuts in a first change")
        for cut in 0..<(Self.cuts / 2) {
            let test = TestDirectory()
            try FileManager.default.createDirectory(atPath: test.home.path, withIntermediateDirectories: true)
            let disk = try Disk(test.home.path)
            disk.cut(after: Int64.random(in: 0..<80, using: &random))
            let isAcknowledged = (try? test.opened(accounts: "A")) != nil
            try disk.restart(seed: random.next())
            let directory = try test.open()
            let names = try directory.read { try $0.operators() }.map(\.name)
            #expect(names == ["O"] || (names.isEmpty && !isAcknowledged), "cut \(cut)")
            #expect(try directory.verifyAudit().problems.isEmpty, "cut \(cut)")
            try directory.change("test") { try $0.addOperator(NewOperator(name: "P")) }
        }
    }

    @Test func `after a power cut what was acknowledged of changes that share a commit is there, each of them whole`()
        async throws
    {
        var random = SeededGenerator.announced("power cuts in groups")
        for _ in 0..<max(1, Self.cuts / Self.cutsOfOneDirectory / 4) {
            let test = TestDirectory()
            try FileManager.default.createDirectory(atPath: test.home.path, withIntermediateDirectories: true)
            let disk = try Disk(test.home.path)
            _ = try test.opened(accounts: "A")
            var (acknowledged, interrupted): (Set<String>, Int) = ([], 0)
            for cut in 0..<Self.cutsOfOneDirectory {
                let directory = try test.open(creating: false).forService()
                disk.cut(after: Int64.random(in: 0..<500, using: &random))
                for round in 0..<100 where !disk.isCut {
                    let names = (0..<12).map { "u\(cut).\(round).\($0)" }
                    let made = await Self.pairs(of: names, in: directory)
                    acknowledged.formUnion(made)
                    interrupted += made.count < names.count - 1 ? 1 : 0
                }
                try directory.close()
                try disk.restart(seed: random.next())
                let after = try test.open(creating: false)
                #expect(try after.verifyAudit().problems.isEmpty, "cut \(cut)")
                let users = try after.read { try $0.users(of: $0.account(at: .account("A"))) }.map(\.name)
                let (ones, others) = (Set(users.filter { !$0.hasSuffix("b") }), users.filter { $0.hasSuffix("b") })
                #expect(acknowledged.isSubset(of: ones), "cut \(cut): what was acknowledged is gone")
                #expect(ones == Set(others.map { String($0.dropLast()) }), "cut \(cut): a change is half there")
                acknowledged = ones
                try after.close()
            }
            #expect(acknowledged.count > Self.cutsOfOneDirectory && interrupted > Self.cutsOfOneDirectory / 4)
        }
    }

    /// Makes two users with each of the names, at once, and returns the names that were acknowledged. One of them is refused
    /// after its first user.
    private static func pairs(of names: [String], in directory: Directory) async -> [String] {
        await withTaskGroup(of: String?.self) { group in
            for (index, name) in names.enumerated() {
                group.addTask {
                    let made = try? await directory.changeTogether("add") { change in
                        try change.addUser(NewUser(name: name), at: .account("A"))
                        let other = index == 3 ? name : name + "b"
                        try change.addUser(NewUser(name: other), at: .account("A"))
                    }
                    return made == nil ? nil : name
                }
            }
            return await group.reduce(into: []) { if let name = $1 { $0.append(name) } }
        }
    }

    @Test func `on a full disk a change is refused, and nothing of it is there`() throws {
        var random = SeededGenerator.announced("full disks")
        var refusals = 0
        for number in 0..<(Self.cuts / Self.cutsOfOneDirectory) {
            let work = try PowerCutWork(seed: random.next())
            for disk in 0..<Self.cutsOfOneDirectory {
                work.disk.fill(after: Int64.random(in: 0..<40, using: &random))
                for _ in 0..<4 { try work.step() }
                work.disk.empty()
                try work.check("directory \(number), disk \(disk)")
            }
            refusals += work.refusals
        }
        #expect(refusals > Self.cuts / 2)
    }

    /// The layer is worth something only if it catches a database that does not synchronise.
    @Test func `the disk forgets what was not synchronised`() throws {
        let test = TestDirectory()
        try FileManager.default.createDirectory(atPath: test.home.path, withIntermediateDirectories: true)
        let disk = try Disk(test.home.path)
        var forgotten = 0
        for number in 0..<20 {
            let path = test.home.path + "/\(number).sqlite"
            func open() throws -> DatabaseQueue {
                var configuration = Configuration()
                configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
                return try DatabaseQueue(path: path, configuration: configuration)
            }
            var queue: DatabaseQueue? = try open()
            try queue?.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL; CREATE TABLE t (x)") }
            try queue?.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(FULL)") }
            try queue?.write { try $0.execute(sql: "INSERT INTO t VALUES (1)") }
            disk.cut(after: 0)
            #expect(throws: DatabaseError.self) { try queue?.write { try $0.execute(sql: "INSERT INTO t VALUES (2)") } }
            queue = nil
            try disk.restart(seed: UInt64(number))
            let count = try open().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") }
            if count == 0 { forgotten += 1 }
        }
        #expect(forgotten > 4)
    }
}

/// Changes of every size, with what must be there afterwards.
private final class PowerCutWork {
    let test = TestDirectory()
    let disk: Disk
    /// How many changes ended with an error.
    private(set) var refusals = 0
    /// How many changes were interrupted and found to be there or not.
    private(set) var undecided = 0
    private var random: SeededGenerator
    private var number = 0
    /// The changes that were reported as done, by number.
    private var done: Set<Int> = []
    /// The changes that ended with an error.
    private var interrupted: Set<Int> = []

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        try FileManager.default.createDirectory(atPath: test.home.path, withIntermediateDirectories: true)
        disk = try Disk(test.home.path)
        _ = try test.opened(accounts: "A")
    }

    /// One change, as one process would make it. What it does in several places is one thing.
    func step() throws {
        number += 1
        test.now += Int64.random(in: 0...2, using: &random)
        let (number, isLarge) = (number, Int.random(in: 0..<8, using: &random) == 0)
        do {
            let directory = try test.open(creating: false)
            try directory.change("step \(number)") { change in
                var edits = AccountEdits()
                edits.tags = ListEdits(add: ["t\(number)"])
                try change.addUser(NewUser(name: "u\(number)"), at: .account("A"))
                try change.editAccount(at: .account("A"), edits)
                try change.revokeUser(EntityReference("u\(number)"), at: .account("A"))
                guard isLarge else { return }
                for extra in 0..<20 { try change.addUser(NewUser(name: "u\(number).\(extra)"), at: .account("A")) }
            }
            done.insert(number)
        } catch let error as AdministrationError {
            #expect(error.code == .storageFailed, "\(error)")
            interrupted.insert(number)
            refusals += 1
        }
    }

    func check(_ context: String) throws {
        let directory = try test.open(creating: false)
        let findings = try directory.verifyAudit()
        #expect(findings.problems.isEmpty && findings.verified == findings.records, "\(context): \(findings.problems)")
        #expect(try directory.findings(at: test.now).allSatisfy { !$0.isBlocking }, "\(context)")
        let claims = try directory.claims(ofAccount: "A")
        let users = try directory.read { try $0.users(of: $0.account(at: .account("A"))) }
        let names = Dictionary(uniqueKeysWithValues: users.map { ($0.name, $0.publicKey.text) })
        let tags = Set(claims.tags.compactMap { Int($0.dropFirst()) })
        #expect(done.isSubset(of: tags), "\(context): \(done.subtracting(tags)) was acknowledged and is gone")
        for number in done.union(interrupted) {
            let key = names["u\(number)"]
            let parts = [
                tags.contains(number), key != nil, key.map { claims.revocations.entries[$0] != nil } ?? false,
            ]
            #expect(Set(parts).count == 1, "\(context): change \(number) is half done")
            let extra = names.keys.count { $0.hasPrefix("u\(number).") }
            #expect(extra == 0 || (extra == 20 && tags.contains(number)), "\(context): change \(number) is half done")
        }
        undecided += interrupted.count
        done.formUnion(interrupted.intersection(tags))
        interrupted = []
    }
}

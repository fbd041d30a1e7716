import Authorization
import NKeys
import Secrets
import Testing

@testable import Audit

/// What is written of events, when it is on the disk, and what becomes of it when the disk or the clock does not do its part.
@Suite struct DecisionWriterTests {
    private struct Full: Error {}

    /// A storage that can be full, and notes what is synchronised.
    private final class Disk: LogStorage {
        let memory = MemoryStorage()
        var isFull = false
        var synchronised: [String] = []

        func names(in folder: String?) throws -> [String] { try memory.names(in: folder) }
        func size(of name: String) throws -> Int64? { try memory.size(of: name) }
        func read(_ name: String, at offset: Int64, count: Int) throws -> [UInt8]? {
            try memory.read(name, at: offset, count: count)
        }
        func write(_ bytes: [UInt8], to name: String, at offset: Int64) throws {
            // A part of it may be written.
            if isFull { try memory.write(Array(bytes.prefix(bytes.count / 2)), to: name, at: offset) }
            guard !isFull else { throw Full() }
            try memory.write(bytes, to: name, at: offset)
        }
        func truncate(_ name: String, to size: Int64) throws { try memory.truncate(name, to: size) }
        func synchronise(_ name: String) throws {
            guard !isFull else { throw Full() }
            synchronised.append(name)
        }
        func replace(_ name: String, with bytes: [UInt8]) throws {
            guard !isFull else { throw Full() }
            try memory.replace(name, with: bytes)
        }
    }

    /// Clocks that only move when they are told to.
    private final class Clocks: @unchecked Sendable {
        // Used on one thread alone.
        var wall: Int64 = 1_800_000_000_000_000
        var steady: Int64 = 5_000_000_000

        func pass(milliseconds: Int64) {
            wall += milliseconds * 1_000
            steady += milliseconds * 1_000_000
        }
    }

    private let disk = Disk()
    private let clocks = Clocks()

    private func writer() throws -> DecisionWriter<Disk> {
        let clocks = clocks
        let writer = DecisionWriter(
            log: try SegmentedLog.open(disk, name: SampleLog.name, pair: SampleLog.pair), server: "n1", sources: 2,
            clock: AuditClock(wall: { clocks.wall }, steady: { clocks.steady }), random: .system, others: { [] })
        try writer.begin(handOff: 77)
        return writer
    }

    private func event(_ refusal: Refusal? = .wrongPassword) -> DecisionEvent {
        var event = DecisionEvent(
            connection: DecidedConnection(number: 3, address: "10.0.0.1", type: .standard), claimant: nil,
            action: .connect, decision: .denied(Rule(.noAllow)), refusal: refusal)
        event.called = "alice"
        return event
    }

    private var none: [LostEvents] { [LostEvents(), LostEvents()] }

    private var records: [DecisionRecord] {
        get throws {
            try LogReader(disk).lines(of: 0).compactMap(\.record)
        }
    }

    @Test func `what is taken is in the file at once, on the disk within 200 ms and signed within a second`() throws {
        let writer = try writer()
        disk.synchronised = []
        writer.advance()
        writer.take(event(), from: 1)
        try writer.finishTurn(lost: none)
        let record = try #require(try records.last)
        #expect(record.reason == "wrong_password" && record.who == DecidedWho(account: nil, name: "alice"))
        #expect((record.source, record.total) == (1, 1) && disk.synchronised.isEmpty)
        let due = try #require(writer.deadline)
        #expect(due - clocks.steady <= 200_000_000)
        clocks.pass(milliseconds: 160)
        writer.advance()
        try writer.finishTurn(lost: none)
        #expect(disk.synchronised == ["000.seg", "000.tiles"] && writer.log.signedSize == 1)
        clocks.pass(milliseconds: 900)
        writer.advance()
        try writer.finishTurn(lost: none)
        #expect(writer.log.signedSize == 2 && writer.deadline == nil)
    }

    @Test func `what is lost is told of once, with its kinds`() throws {
        let writer = try writer()
        var lost = none
        lost[1].counts[LostEvents.index(of: event())] = 40
        clocks.pass(milliseconds: 1_100)
        for _ in 0..<3 {
            writer.advance()
            try writer.finishTurn(lost: lost)
            clocks.pass(milliseconds: 1_100)
        }
        lost[1].counts[LostEvents.index(of: event())] = 43
        writer.advance()
        writer.take(event(), from: 1)
        try writer.end(lost: lost)
        let gaps = try records.compactMap(\.gap)
        #expect(
            gaps.map(\.lost) == [["connect.denied": 40], ["connect.denied": 3]]
                && gaps.allSatisfy { $0.cause == .flood })
        #expect(try records.compactMap(\.total) == [40, 41, 44])
        let findings = try LogVerification.run(disk)
        #expect(findings.problems.isEmpty && (findings.accounted, findings.lost) == (1, 43))
    }

    @Test func `a full disk loses nothing that was taken, and is the cause of what was lost meanwhile`() throws {
        let writer = try writer()
        writer.advance()
        writer.take(event(), from: 0)
        disk.isFull = true
        #expect(throws: Full.self) { try writer.finishTurn(lost: none) }
        var lost = none
        lost[0].counts[LostEvents.index(of: event())] = 5
        clocks.pass(milliseconds: 1_200)
        writer.advance()
        #expect(throws: Full.self) { try writer.finishTurn(lost: lost) }
        disk.isFull = false
        try writer.end(lost: lost)
        let findings = try LogVerification.run(disk)
        #expect(findings.problems.isEmpty && (findings.accounted, findings.lost) == (1, 5))
        #expect(try records.compactMap { $0.gap?.cause } == [.disk])
    }

    @Test func `a wall clock that steps is noted, and one that is slewed is not`() throws {
        let writer = try writer()
        for _ in 0..<5 {
            clocks.pass(milliseconds: 1_000)
            clocks.wall += 900_000
            writer.advance()
        }
        clocks.wall -= 3_600_000_000
        writer.advance()
        try writer.end(lost: none)
        let record = try #require(try records.last)
        #expect(try records.count == 2 && record.kind == .clock && record.gap?.cause == .clock)
        #expect(try LogVerification.run(disk).problems.isEmpty)
    }

    @Test func `what follows a crash says how much may be missing`() throws {
        let first = try writer()
        first.advance()
        first.take(event(), from: 0)
        try first.finishTurn(lost: none)
        let second = try writer()
        try second.end(lost: none)
        let gap = try #require(try records.last?.gap)
        #expect(gap == AuditGap(cause: .crash, from: gap.from, to: gap.to, lost: nil, atMost: 77))
        // One that was closed leaves no gap.
        try writer().end(lost: none)
        #expect(try records.count == 3 && LogVerification.run(disk).problems.isEmpty)
    }
}

import Claims
import Subjects

/// How an account's exports become others.
///
/// Claims cannot hold two exports of one kind where one lies in the other. So exports of the old and of the new claims that
/// meet, and are not the same, take each other's place in one change; this type says what stands in between.
struct ExportTransition {
    /// What stands between the steps `widen` and `narrow` of exports that meet.
    enum Order: CaseIterable {
        /// The widest of both sides.
        case widest
        /// The new ones already.
        case newFirst
        /// The old ones still.
        case oldFirst
    }

    private let old: [Export]
    private let new: [Export]
    /// Places of exports that meet one of the other side.
    private var meeting: (old: Set<Int>, new: Set<Int>) = ([], [])
    /// Places of exports that lie in one of the other side.
    private var covered: (old: Set<Int>, new: Set<Int>) = ([], [])

    init(from old: [Export], to new: [Export]) {
        (self.old, self.new) = (old, new)
        let after = Set(new.map(ExportKey.init))
        let before = Set(old.map(ExportKey.init))
        let gone = Self.patterns(old) { !after.contains($0) }
        let added = Self.patterns(new) { !before.contains($0) }
        guard !gone.isEmpty, !added.isEmpty else { return }
        let index = FirstTokens(added.map(\.pattern))
        for one in gone {
            for number in index.candidates(one.pattern) {
                let other = added[number]
                guard one.type == other.type, one.pattern.overlaps(other.pattern) else { continue }
                meeting.old.insert(one.place)
                meeting.new.insert(other.place)
                if one.pattern.isContained(in: other.pattern) {
                    covered.old.insert(one.place)
                } else if other.pattern.isContained(in: one.pattern) {
                    covered.new.insert(other.place)
                }
            }
        }
    }

    /// Whether exports of both sides meet.
    var isMixed: Bool { !meeting.old.isEmpty }

    /// What is exported between `widen` and `narrow`. An export that both sides have is as open as either says.
    ///
    /// - Parameter isSwitched: whether the rest of such an export is the new one's.
    func exports(_ order: Order, isSwitched: Bool) -> [Export] {
        var out = (old: covered.old, new: covered.new)
        switch order {
        case .widest: break
        case .newFirst: out = (meeting.old, [])
        case .oldFirst: out = ([], meeting.new)
        }
        let (before, after) = (Self.byKey(old), Self.byKey(new))
        var exports: [Export] = []
        for (place, export) in old.enumerated() {
            guard let other = after[ExportKey(export)] else {
                if !out.old.contains(place) { exports.append(export) }
                continue
            }
            var both = isSwitched ? other : export
            both.tokenRequired = export.tokenRequired && other.tokenRequired
            exports.append(both)
        }
        for (place, export) in new.enumerated() where before[ExportKey(export)] == nil && !out.new.contains(place) {
            exports.append(export)
        }
        return exports
    }

    private struct Place {
        let place: Int
        let type: ExportType
        let pattern: Pattern
    }

    private static func patterns(_ exports: [Export], where isMeant: (ExportKey) -> Bool) -> [Place] {
        exports.enumerated().compactMap { place, export in
            guard isMeant(ExportKey(export)), let pattern = try? Pattern(export.subject) else { return nil }
            return Place(place: place, type: export.type, pattern: pattern)
        }
    }

    private static func byKey(_ exports: [Export]) -> [ExportKey: Export] {
        Dictionary(exports.map { (ExportKey($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// What tells an export from others of its account.
private struct ExportKey: Hashable {
    let subject: ExactBytes
    let type: ExportType

    init(_ export: Export) {
        (subject, type) = (ExactBytes(export.subject), export.type)
    }
}

/// A text as its bytes: what looks alike is not the same subject.
struct ExactBytes: Hashable {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
}

/// Patterns by their first token, so that few are compared.
private struct FirstTokens {
    private var byToken: [[UInt8]: [Int]] = [:]
    private var open: [Int] = []
    private let count: Int

    init(_ patterns: [Pattern]) {
        count = patterns.count
        for (number, pattern) in patterns.enumerated() {
            if case .literal(let token)? = pattern.tokens.first {
                byToken[token, default: []].append(number)
            } else {
                open.append(number)
            }
        }
    }

    func candidates(_ pattern: Pattern) -> [Int] {
        guard case .literal(let token)? = pattern.tokens.first else { return Array(0..<count) }
        return open + byToken[token, default: []]
    }
}

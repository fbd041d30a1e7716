import Claims
import Subjects

/// How an account's exports become others.
///
/// Claims cannot hold two exports of one kind where one lies in the other. So exports of the old and of the new claims that
/// meet, and are not the same, take each other's place in one change; this type says what stands in between.
struct ExportTransition {
    /// An export of one side, or one that both have, with its place in the middle.
    struct Slot {
        let type: ExportType
        /// Nil for a text that is none.
        let pattern: Pattern?
        let old: Export?
        var new: Export?
        /// Whether one of the other side meets it, where it is of one side alone.
        fileprivate(set) var isMeeting = false
        /// Whether it lies in such a one.
        fileprivate(set) var isCovered = false
        /// How it stands between the steps `widen` and `narrow`.
        var way = Way()

        /// Whether it lets in others than before, or is not on both sides.
        var isChanged: Bool {
            guard let old, let new else { return true }
            return old.tokenRequired != new.tokenRequired || old.accountTokenPosition != new.accountTokenPosition
        }
    }

    private(set) var slots: [Slot] = []

    init(from old: [Export], to new: [Export]) {
        var places: [ExportKey: Int] = [:]
        for export in old where places[ExportKey(export)] == nil {
            places[ExportKey(export)] = slots.count
            slots.append(Slot(type: export.type, pattern: try? Pattern(export.subject), old: export, new: nil))
        }
        for export in new {
            if let place = places[ExportKey(export)] {
                slots[place].new = export
            } else {
                places[ExportKey(export)] = slots.count
                slots.append(Slot(type: export.type, pattern: try? Pattern(export.subject), old: nil, new: export))
            }
        }
        findMeetings()
    }

    private mutating func findMeetings() {
        let gone = patterns { $0.new == nil }
        let added = patterns { $0.old == nil }
        guard !gone.isEmpty, !added.isEmpty else { return }
        let index = FirstTokens(added.map(\.pattern))
        for one in gone {
            for number in index.candidates(one.pattern) {
                let other = added[number]
                guard slots[one.place].type == slots[other.place].type, one.pattern.overlaps(other.pattern) else {
                    continue
                }
                slots[one.place].isMeeting = true
                slots[other.place].isMeeting = true
                if one.pattern.isContained(in: other.pattern) {
                    slots[one.place].isCovered = true
                } else if other.pattern.isContained(in: one.pattern) {
                    slots[other.place].isCovered = true
                }
            }
        }
    }

    private func patterns(_ isMeant: (Slot) -> Bool) -> [(place: Int, pattern: Pattern)] {
        slots.indices.compactMap { place in
            guard isMeant(slots[place]), let pattern = slots[place].pattern else { return nil }
            return (place, pattern)
        }
    }

    /// Sends some exports another way.
    mutating func send(_ places: [Int], by way: Way) {
        for place in places { slots[place].way = way }
    }

    /// What is exported between `widen` and `narrow`.
    ///
    /// - Parameter isSwitched: whether what does not say who is let in is the new one's, of exports that both sides have.
    func exports(isSwitched: Bool) -> [Export] { slots.compactMap { $0.between($0.way, isSwitched: isSwitched) } }
}

extension ExportTransition {
    /// What stands in the middle of exports that have to do with each other.
    struct Way: Sendable, Hashable {
        enum Subjects: CaseIterable {
            /// The widest of both sides.
            case widest
            /// The new ones already, and the old ones that do not meet any.
            case newFirst
            /// The old ones still, and the new ones that do not meet any.
            case oldFirst
            case onlyOld, onlyNew
        }

        /// Whether an export that both sides have asks for an activation.
        enum Doors: CaseIterable {
            /// Where both say so.
            case open
            case asOld, asNew
            /// Where either says so.
            case closed
        }

        var subjects = Subjects.widest
        var doors = Doors.open

        /// All of them: those that open early and close late come first.
        static let all = Subjects.allCases.flatMap { subjects in
            Doors.allCases.map { Way(subjects: subjects, doors: $0) }
        }
    }
}

extension ExportTransition.Slot {
    /// The export as it stands between `widen` and `narrow`; nil where it is not there.
    func between(_ way: ExportTransition.Way, isSwitched: Bool) -> Export? {
        guard let old else {
            switch way.subjects {
            case .widest: return isCovered ? nil : new
            case .oldFirst: return isMeeting ? nil : new
            case .newFirst, .onlyNew: return new
            case .onlyOld: return nil
            }
        }
        guard let new else {
            switch way.subjects {
            case .widest: return isCovered ? nil : old
            case .newFirst: return isMeeting ? nil : old
            case .oldFirst, .onlyOld: return old
            case .onlyNew: return nil
            }
        }
        var both = isSwitched ? new : old
        switch way.doors {
        case .open: both.tokenRequired = old.tokenRequired && new.tokenRequired
        case .asOld: both.tokenRequired = old.tokenRequired
        case .asNew: both.tokenRequired = new.tokenRequired
        case .closed: both.tokenRequired = old.tokenRequired || new.tokenRequired
        }
        return both
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

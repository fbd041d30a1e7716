import Claims
import Subjects

/// How nats-server 2.15.1 decides by permissions whose templates are filled.
///
/// - A pattern of a SUB is looked up as if it were a subject: its `*` and `>` are tokens like others, so that `a.*` fits
///   the SUB `a.>`, in allow lists and in deny lists alike.
/// - Where entries with a queue group fit, a grouped SUB needs one that names its group; where none fits, plain entries
///   speak for every group.
/// - A plain deny closes plain and grouped use, a deny with a group that group. What a pattern meets of a deny without
///   fitting it is kept back when messages are delivered.
/// - With leave to answer, an empty list allows nothing to be published but answers, which no deny keeps back.
struct NATSServerRules: Sendable {
    /// A list, by its entries' groups.
    private struct List: Sendable {
        let plain: SubjectSet
        let groups: [(name: String, pattern: Pattern?, set: SubjectSet)]

        init(_ entries: [ClaimEntry]) {
            plain = SubjectSet(entries.filter { $0.queue == nil }.map(\.pattern))
            let named = Dictionary(grouping: entries.filter { $0.queue != nil }) { $0.queue ?? "" }
            groups = named.map { name, entries in
                (name, try? Pattern(name), SubjectSet(entries.map(\.pattern)))
            }
        }

        /// Whether entries with groups fit, and whether one of them names the group; nil where none fits.
        func names(_ queue: String, for subject: Span<UInt8>) -> Bool? {
            var isNamed: Bool?
            for group in groups where group.set.contains(subject) {
                let fits = group.name == queue || group.pattern?.matches(Array(queue.utf8).span) == true
                isNamed = (isNamed ?? false) || fits
            }
            return isNamed
        }
    }

    private let publishAllow: SubjectSet
    private let publishDeny: SubjectSet
    /// Nil where everything is allowed.
    private let subscribeAllow: List?
    private let subscribeDeny: List
    private let subscribeEntries: [Pattern]
    let mayRespond: Bool

    init(_ permissions: Permissions) {
        mayRespond = permissions.response != nil
        let published = permissions.publish
        let allowed = ClaimEntry.read(published.allow).map(\.pattern)
        publishAllow = published.allow.isEmpty && !mayRespond ? .everything : SubjectSet(allowed)
        publishDeny = SubjectSet(ClaimEntry.read(published.deny).map(\.pattern))
        let subscribed = permissions.subscribe
        let entries = ClaimEntry.read(subscribed.allow)
        subscribeEntries = entries.map(\.pattern)
        subscribeAllow = subscribed.allow.isEmpty ? nil : List(entries)
        subscribeDeny = List(ClaimEntry.read(subscribed.deny))
    }

    func takes(_ subject: [UInt8]) -> Bool {
        publishAllow.contains(subject.span) && !publishDeny.contains(subject.span)
    }

    func accepts(_ pattern: [UInt8], _ queue: String?) -> Bool {
        guard queue != "_sys_" else { return false }
        if let subscribeAllow {
            var isAllowed = subscribeAllow.plain.contains(pattern.span)
            if let queue, let isNamed = subscribeAllow.names(queue, for: pattern.span) { isAllowed = isNamed }
            guard isAllowed else { return false }
        }
        return delivers(pattern, queue)
    }

    func delivers(_ subject: [UInt8], _ queue: String?) -> Bool {
        guard !subscribeDeny.plain.contains(subject.span) else { return false }
        guard let queue else { return true }
        return subscribeDeny.names(queue, for: subject.span) != true
    }

    /// The widest patterns that an entry of the allow list fits and that have a subject. None narrower is accepted where
    /// these are not: whatever denies one of them, or is for other groups, fits the narrower one too.
    func patterns(around subject: [UInt8]) -> [String] {
        widest.filter { $0.matches(subject.span) }.map(\.description)
    }

    /// The patterns of ``patterns(around:)`` that are accepted, whatever subject they are around.
    func accepted(_ queue: String?) -> [Pattern] { widest.filter { accepts($0.bytes, queue) } }

    private var widest: [Pattern] {
        subscribeEntries.flatMap { entry in
            let isOpen = !entry.hasTail && entry.tokens.last == .any
            return [entry] + (isOpen ? [Pattern(tokens: entry.tokens.dropLast(), hasTail: true)] : [])
        }
    }
}

/// An entry of a permission list whose templates are filled: `subject` or `subject queue`.
struct ClaimEntry: Sendable {
    let text: String
    /// The place in the list.
    let index: Int
    let pattern: Pattern
    let queue: String?

    /// What is no entry is left out, as servers do.
    static func read(_ list: [String]) -> [ClaimEntry] {
        list.enumerated().compactMap { index, text in
            let parts = text.split(separator: " ")
            guard (1...2).contains(parts.count), let pattern = try? Pattern(String(parts[0])) else { return nil }
            return ClaimEntry(
                text: text, index: index, pattern: pattern, queue: parts.count == 2 ? String(parts[1]) : nil)
        }
    }

    /// Whether its queue part names a group.
    func names(_ group: String) -> Bool {
        guard let queue else { return false }
        return queue == group || (try? Pattern(queue))?.matches(Array(group.utf8).span) == true
    }
}

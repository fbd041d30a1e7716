import Claims

/// A place for values: of the user, filled for each principal, or of the account, the same for all of a program.
struct SlotReference: Sendable, Hashable {
    let index: Int
    let isAccounts: Bool
}

/// The slots of a program: one for each function that its templates use. What the account fills with a single value is
/// no slot: that value stands in the rules themselves.
struct TemplateSlots: Sendable {
    /// A function's values as they come, and those of them that fill one token each (rule S6).
    struct Filling: Sendable {
        /// All of them, repetitions and unfit ones included: what the limit of expansions counts.
        var total = 0
        /// Those that fit, repetitions included.
        var fit = 0
        /// The different ones that fit, in the order of their bytes.
        var values: [[UInt8]] = []

        /// Whether every value may be used, and there is one.
        var isComplete: Bool { total > 0 && fit == total }

        init(_ texts: [String]) {
            let fitting = texts.map { Array($0.utf8) }.filter(Self.fillsOneToken)
            total = texts.count
            fit = fitting.count
            values = Set(fitting).sorted { $0.lexicographicallyPrecedes($1) }
        }

        /// A value is one literal token: not empty, without dots, wildcards, white space or control characters.
        static func fillsOneToken(_ value: [UInt8]) -> Bool {
            !value.isEmpty
                && value.allSatisfy { byte in
                    switch byte {
                    case 0...0x20, 0x2E, 0x2A, 0x3E, 0x7F: false
                    default: true
                    }
                }
        }
    }

    /// The functions of the user that have slots, and the texts that tell them apart.
    private(set) var userFunctions: [TemplateEntry.Function] = []
    private var userKeys: [[UInt8]] = []
    /// The functions of the account that occur, with their values, and the slots of those that have several.
    private var accountKeys: [[UInt8]] = []
    private var accountFunctions: [(filling: Filling, slot: Int?)] = []
    private(set) var accountFillings: [Filling] = []
    /// The account's functions that have slots, as they are written.
    private(set) var accountNames: [String] = []

    /// The slot of a function of the user; nil where there are too many already.
    mutating func userSlot(_ function: TemplateEntry.Function) -> SlotReference? {
        let key = function.key
        if let index = userKeys.firstIndex(of: key) { return SlotReference(index: index, isAccounts: false) }
        guard userKeys.count < ProgramLimits.maximumFunctions else { return nil }
        userKeys.append(key)
        userFunctions.append(function)
        return SlotReference(index: userKeys.count - 1, isAccounts: false)
    }

    /// The values of a function of the account, and its slot if there are several; nil where there are too many
    /// functions already.
    mutating func accountFunction(
        _ function: TemplateEntry.Function, _ account: PermissionTemplate.Values
    ) -> (filling: Filling, slot: SlotReference?)? {
        let key = function.key
        let index: Int
        if let known = accountKeys.firstIndex(of: key) {
            index = known
        } else {
            guard accountKeys.count < ProgramLimits.maximumFunctions else { return nil }
            let filling = Filling(account.values(of: function))
            index = accountKeys.count
            accountKeys.append(key)
            accountFunctions.append((filling, filling.total > 1 ? accountFillings.count : nil))
            if filling.total > 1 {
                accountFillings.append(filling)
                accountNames.append(function.text)
            }
        }
        let (filling, slot) = accountFunctions[index]
        return (filling, slot.map { SlotReference(index: $0, isAccounts: true) })
    }

    /// The account's values, as every principal of the program has them.
    var accountValues: TemplateValues { TemplateValues(accountFillings.map(\.values)) }
}

/// The values of all slots during one decision.
struct Fillings {
    let user: TemplateValues
    let account: TemplateValues

    @inline(__always)
    subscript(slot: SlotReference) -> TemplateValues { slot.isAccounts ? account : user }
}

/// How many subjects one list expands to, counted as if templates were filled in as text: each entry of plain text once,
/// each template as often as it has values.
struct ExpansionCount: Sendable {
    private enum Item: Sendable {
        case plain(Int)
        /// The templates of an entry in order, each with whether its text occurs for the first time; and whether the
        /// entry makes subjects at all.
        case templates([(slot: SlotReference, isFirst: Bool)], makesSubjects: Bool)
    }

    private var items: [Item] = []

    mutating func addPlain() {
        if case .plain(let count) = items.last {
            items[items.count - 1] = .plain(count + 1)
        } else {
            items.append(.plain(1))
        }
    }

    mutating func add(_ templates: [(slot: SlotReference, isFirst: Bool)], makesSubjects: Bool) {
        items.append(.templates(templates, makesSubjects: makesSubjects))
    }

    /// Whether the list stays within ``PermissionTemplate/maximumExpansions``.
    func isWithinLimit(_ user: [TemplateSlots.Filling], _ account: [TemplateSlots.Filling]) -> Bool {
        var expanded = 0
        for item in items {
            switch item {
            case .plain(let count): expanded += count
            case .templates(let templates, let makesSubjects):
                var (partial, fit) = (1, 1)
                for template in templates {
                    let filling = (template.slot.isAccounts ? account : user)[template.slot.index]
                    let room = max(0, PermissionTemplate.maximumExpansions - expanded)
                    guard filling.total <= 1 || partial <= room / filling.total else { return false }
                    guard template.isFirst else { continue }
                    partial *= max(1, filling.total)
                    fit *= filling.fit
                }
                if makesSubjects { expanded += fit }
            }
        }
        return true
    }
}

extension TemplateEntry.Function {
    /// What tells functions apart, by bytes: texts that look alike may be different tags.
    fileprivate var key: [UInt8] {
        switch self {
        case .name: [0]
        case .subject: [1]
        case .accountName: [2]
        case .accountSubject: [3]
        case .tag(let tag): [4] + tag.utf8
        case .accountTag(let tag): [5] + tag.utf8
        case .undefined(let text): [6] + text.utf8
        }
    }
}

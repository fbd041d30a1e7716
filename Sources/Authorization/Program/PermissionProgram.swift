public import Claims

/// The permissions of a role, compiled: what every connection of the role is decided by. Immutable, flat, and shared by
/// all principals of the role, which only hold the values that fill its templates.
///
/// What a decision costs: one walk over the subject's tokens and, in each of at most two lists, one over the rules that
/// agree with them, which for rules that begin with literals is as long as the subject has tokens, however many rules
/// there are. Whatever the rules, it is at most ``maximumSteps`` steps a list; a rule set whose walk could take more than
/// ``ProgramLimits/maximumSteps`` is not compiled. Where templates are joined (`{{tag(a)}}-{{tag(b)}}`), up to
/// ``ProgramLimits/maximumExpansions`` combinations of their values come on top, which ``maximumSteps`` contains.
public final class PermissionProgram: Sendable {
    /// How often, and for how long, a delivered request may be answered although the publish lists do not allow it; nil
    /// if not at all.
    public let response: ResponseTerms?

    /// Whether the reply subject of a message has to be one that its sender may subscribe to (rule S16).
    public let replies: RoleSettings.Replies

    /// The most steps that one decision can take in one list.
    public let maximumSteps: Int

    let permissions: Permissions
    let account: PermissionTemplate.Values?
    let seed: UInt64
    let accountValues: TemplateValues
    let publish: PublishRules
    let subscribe: SubscribeRules
    private let slots: TemplateSlots
    /// The slots of the user that deny lists use: they must have values.
    private let deniedSlots: Set<Int>
    private let counts: [ExpansionCount]

    /// Compiles permissions as they stand in claims.
    ///
    /// An absent or empty allow list allows everything, except that a response permission turns an empty publish list
    /// into one that allows nothing.
    ///
    /// - Parameters:
    ///   - account: for a scope's template, the values of the account's own functions; those of a user are not looked
    ///     at. Nil where braces are ordinary characters, as in a user's own permissions.
    ///   - replies: the role's setting.
    /// - Throws: ``ProgramFault``.
    public init(
        _ permissions: Permissions, account: PermissionTemplate.Values? = nil,
        replies: RoleSettings.Replies = .any
    ) throws(ProgramFault) {
        self.permissions = permissions
        self.account = account
        self.replies = replies
        response = permissions.response.map(ResponseTerms.init)
        var reader = RuleEntryReader(account: account)
        let publishAllow = try reader.read(permissions.publish.allow, isDeny: false, mayHaveQueue: false)
        let publishDeny = try reader.read(permissions.publish.deny, isDeny: true, mayHaveQueue: false)
        let subscribeAllow = try reader.read(permissions.subscribe.allow, isDeny: false, mayHaveQueue: true)
        let subscribeDeny = try reader.read(permissions.subscribe.deny, isDeny: true, mayHaveQueue: true)
        slots = reader.slots
        accountValues = slots.accountValues
        deniedSlots = Self.userSlots(publishDeny.entries).union(Self.userSlots(subscribeDeny.entries))
        counts = [publishAllow, publishDeny, subscribeAllow, subscribeDeny].map(\.count)

        var remaining = ProgramLimits.maximumTokens
        let builder = try ProgramBuilder(
            publish: (publishAllow.entries, publishDeny.entries),
            subscribe: (subscribeAllow.entries, subscribeDeny.entries), remaining: &remaining)
        guard let built = builder.build(permissions) else { throw .crowded }
        (publish, subscribe, seed) = built
        maximumSteps = builder.maximumSteps
        if slots.userFunctions.isEmpty, !counts.allSatisfy({ $0.isWithinLimit([], slots.accountFillings) }) {
            throw .tooManyExpansions
        }
    }

    private static func userSlots(_ entries: [RuleEntry]) -> Set<Int> {
        var slots: Set<Int> = []
        for entry in entries { for slot in entry.variables where !slot.isAccounts { slots.insert(slot.index) } }
        return slots
    }

    /// Whether every principal of the program has the same permissions.
    public var isSameForAll: Bool { slots.userFunctions.isEmpty }

    /// What a user's name, key and tags fill the templates with.
    ///
    /// - Throws: ``TemplateFault``: a value for a deny list is missing or does not fill exactly one token, or the tags
    ///   make more than 4,096 subjects of one list.
    func fill(_ user: PermissionTemplate.Values) throws(TemplateFault) -> TemplateValues {
        guard !slots.userFunctions.isEmpty else { return .none }
        let fillings = slots.userFunctions.map { TemplateSlots.Filling(user.values(of: $0)) }
        for slot in deniedSlots.sorted() where !fillings[slot].isComplete {
            throw .undefined(slots.userFunctions[slot].text)
        }
        for count in counts where !count.isWithinLimit(fillings, slots.accountFillings) { throw .tooManyExpansions }
        return TemplateValues(fillings.map(\.values))
    }

    /// The template functions that have slots, each with the values that fill it.
    func functions(_ values: TemplateValues) -> [(name: String, values: [String])] {
        slots.userFunctions.enumerated().map { ($1.text, values.texts($0)) }
            + slots.accountNames.enumerated().map { ($1, accountValues.texts($0)) }
    }
}

/// Why a role's templates cannot be filled in for a user: it is not let in.
public enum TemplateFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// A function in a deny list that the user has no fitting value for.
    case undefined(String)
    /// More than 4,096 subjects from one list.
    case tooManyExpansions

    public var description: String {
        switch self {
        case .undefined(let function):
            "a deny entry needs {{\(function)}}, and the user has no value for it that fills exactly one token"
        case .tooManyExpansions: "the user's tags make more than 4,096 subjects of one list"
        }
    }
}

/// How delivered requests may be answered.
public struct ResponseTerms: Sendable, Hashable {
    /// Answers per request; nil for any number.
    public let maximum: Int?
    /// Nanoseconds that the credit lasts; nil for ever.
    public let lifetime: Int64?

    /// 0 stands for the default, one answer within two minutes; a negative number for no limit.
    public init(_ permission: ResponsePermission) {
        // What is over 32 bits is as good as 32 bits.
        maximum =
            permission.maxMessages == 0 ? 1 : permission.maxMessages < 0 ? nil : min(permission.maxMessages, 1 << 31)
        lifetime = permission.expires == 0 ? 120_000_000_000 : (permission.expires < 0 ? nil : permission.expires)
    }
}

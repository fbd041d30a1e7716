/// What a rule set may be, so that a tenant's claims cost the others no more than a stated amount. Rule sets that people
/// write stay far below all of these: 10,000 rules of ten tokens fit.
public enum ProgramLimits {
    /// Most rules that one decision may have to look at in one list, counted in steps of the walk over its tree. Behind the
    /// sixteenth token each further way counts 16 more. Rules that begin with literals need as many steps as a subject has tokens;
    /// what multiplies them are rules that differ in where they have `*`.
    public static let maximumSteps = 4096

    /// What it costs, in steps, to cut the tokens of a subject behind the sixteenth again.
    static let cutting = 16

    /// Most tokens of all rules together, those that rules share at their beginning counted once.
    public static let maximumTokens = 1 << 18

    /// Most templates in one entry.
    public static let maximumTemplates = 16

    /// Most different template functions in one role, such as `name()` and `tag(plant)`.
    public static let maximumFunctions = 256

    /// Longest literal token, in bytes.
    public static let maximumTokenLength = 1 << 15

    /// Most subjects that the templates of one list may make for one user.
    public static let maximumExpansions = 4096

    /// Most steps that one subscription may take where entries with queue groups meet its pattern.
    static let subscribeBudget = 1 << 18

    /// Most rules that are looked at to see whether deliveries need a filter; beyond, they get one.
    static let overlapBudget = 1 << 16

    /// Longest chain in a table of tokens, and the seeds that are tried until all are shorter.
    static let longestProbe = 48
    static let seeds: [UInt64] = [
        0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89,
        0x4528_21e6_38d0_1377, 0xbe54_66cf_34e9_0c6c, 0xc0ac_29b7_c97c_50dd, 0x3f84_d5b5_b547_0917,
    ]
}

/// Why permissions cannot be compiled: nobody is let in under them.
public enum ProgramFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// A template that no function is known for, in the entry given.
    case unknownTemplate(String)
    /// A deny entry that no value makes a subject of.
    case invalidDeny(String)
    /// An entry with more than ``ProgramLimits/maximumTemplates`` templates.
    case tooManyTemplates(String)
    /// More than ``ProgramLimits/maximumFunctions`` different functions.
    case tooManyFunctions
    /// The account's own values or tags do not fill a deny entry.
    case undefined(String)
    /// More than 4,096 subjects from one list, by the account's tags alone.
    case tooManyExpansions
    case tooManyTokens
    case tokenTooLong
    /// A list in which one decision could take more than ``ProgramLimits/maximumSteps`` steps.
    case tooManySteps(list: Rule.List)
    /// Tokens made to collide.
    case crowded

    public var description: String {
        switch self {
        case .unknownTemplate(let entry): "\"\(entry)\" has a template that is not known"
        case .invalidDeny(let entry): "the deny entry \"\(entry)\" is no subject, whatever fills it"
        case .tooManyTemplates(let entry):
            "\"\(entry)\" has more than \(ProgramLimits.maximumTemplates) templates"
        case .tooManyFunctions: "the rules use more than \(ProgramLimits.maximumFunctions) template functions"
        case .undefined(let entry): "the account's name and tags do not fill the deny entry \"\(entry)\""
        case .tooManyExpansions: "the account's tags make more than 4,096 subjects of one list"
        case .tooManyTokens: "the rules have more than \(ProgramLimits.maximumTokens) tokens together"
        case .tokenTooLong: "a rule has a token of more than \(ProgramLimits.maximumTokenLength) bytes"
        case .tooManySteps(let list):
            "the rules of \(list.pointer) differ in so many places where they have '*' that one decision could take "
                + "more than \(ProgramLimits.maximumSteps) steps"
        case .crowded: "the rules' tokens are chosen to collide in every table"
        }
    }
}

/// The language as data: which keys stand where, what each means, and what stands behind it. What lays files out, the schema
/// for editors and the reference in `policies/README.md` come from it, and tests hold it to what the reader reads.
struct LanguageTable: Sendable {
    /// One word, such as `role`; in a schema, the name of its definition.
    let name: String
    /// What it is, for a heading and as one sentence.
    let title: String
    let meaning: String
    let keys: [LanguageKey]

    func key(_ name: String) -> LanguageKey? { keys.first { $0.name == name } }
}

/// A key of a mapping.
struct LanguageKey: Sendable {
    let name: String
    let form: LanguageForm
    /// One line.
    let meaning: String
    /// The key with a value, as it may stand in a file.
    let example: String
    let isRequired: Bool

    init(_ name: String, _ form: LanguageForm, _ meaning: String, _ example: String, isRequired: Bool = false) {
        self.name = name
        self.form = form
        self.meaning = meaning
        self.example = example
        self.isRequired = isRequired
    }
}

/// What stands behind a key.
indirect enum LanguageForm: Sendable {
    case text
    /// A text that is quoted where YAML would read something else.
    case name
    /// A subject; with templates only where the meaning says so.
    case subject
    case subjectWithTemplates
    case topic
    /// One of these words.
    case words([String])
    case truth
    case count
    case countOrUnlimited
    case bytesOrUnlimited
    case duration
    case share
    case day
    case network
    /// `06:00-22:00`
    case clock
    /// A text of this regular expression.
    case matching(String)
    case list(LanguageForm, Layout = .flow)
    /// A mapping with the keys of a table, by name.
    case table(String, Layout = .flow)
    /// A mapping whose keys are names or subjects, each with a value of the form.
    case members(LanguageForm, Layout = .flow)
    /// One of these.
    case either([LanguageForm])
    /// Fields of claims, those of a table of ``PolicyLanguage/claims``.
    case claims(String)
    /// Whatever YAML may be.
    case anything

    /// How a list or a mapping is written.
    enum Layout: Sendable {
        /// In brackets where it fits on the line.
        case flow
        /// Always with an entry on each line.
        case block
    }
}

import Claims
import Subjects

/// Reads the entries of permission lists.
///
/// In an allow list an entry that makes no subject is left out. A deny entry must not vanish like that: in a list with
/// templates it is an error, in a list of plain entries it closes exactly the text that it is.
struct RuleEntryReader {
    private let account: PermissionTemplate.Values?
    private(set) var slots = TemplateSlots()

    /// - Parameter account: the values of the account; those of a user are not looked at. Nil where braces are ordinary
    ///   characters.
    init(account: PermissionTemplate.Values?) {
        self.account = account
    }

    struct List {
        var entries: [RuleEntry] = []
        var count = ExpansionCount()
    }

    mutating func read(_ texts: [String], isDeny: Bool, mayHaveQueue: Bool) throws(ProgramFault) -> List {
        var list = List()
        let hasTemplates =
            account != nil && texts.contains { Self.mayHaveTemplates($0) && TemplateEntry($0).hasTemplates }
        for (place, text) in texts.enumerated() {
            guard let index = Int32(exactly: place) else { throw .tooManyTokens }
            if hasTemplates {
                try readTemplate(text, index, isDeny, mayHaveQueue, &list)
            } else if let entry = Self.readPlain(Array(text.utf8), index, isDeny, mayHaveQueue) {
                list.entries.append(entry)
            }
        }
        return list
    }

    /// Two opening braces in a row.
    private static func mayHaveTemplates(_ text: String) -> Bool {
        var last: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x7B, last == 0x7B { return true }
            last = byte
        }
        return false
    }

    // MARK: Plain entries

    private static func readPlain(
        _ text: [UInt8], _ index: Int32, _ isDeny: Bool, _ mayHaveQueue: Bool
    ) -> RuleEntry? {
        let parts = text.split(separator: 0x20)
        guard (1...2).contains(parts.count), let subject = words(parts[0]) else {
            // What cannot be a subject cannot be granted; denied, it closes at least itself.
            return isDeny
                ? RuleEntry(index: index, subject: literalWords(text[...]), queue: nil, variables: []) : nil
        }
        guard parts.count == 2 else { return RuleEntry(index: index, subject: subject, queue: nil, variables: []) }
        guard mayHaveQueue else {
            return isDeny ? RuleEntry(index: index, subject: subject, queue: nil, variables: []) : nil
        }
        // A group may have any name; where it is no pattern, it is only its own name.
        let queue = words(parts[1]) ?? literalWords(parts[1])
        return RuleEntry(index: index, subject: subject, queue: queue, variables: [])
    }

    private static func words(_ text: ArraySlice<UInt8>) -> RuleEntry.Words? {
        guard let pattern = try? Pattern(bytes: Array(text)) else { return nil }
        let tokens = pattern.tokens.map { token -> RuleEntry.Token in
            switch token {
            case .any: .any
            case .literal(let bytes): .literal(bytes)
            }
        }
        return RuleEntry.Words(tokens: tokens, hasTail: pattern.hasTail)
    }

    private static func literalWords(_ text: ArraySlice<UInt8>) -> RuleEntry.Words {
        let tokens = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return RuleEntry.Words(tokens: tokens.map { .literal(Array($0)) }, hasTail: false)
    }

    // MARK: Entries of lists with templates

    /// Text, or the place of a value; in text a space ends the subject and a dot a token.
    private typealias Piece = TemplateToken.Piece

    private mutating func readTemplate(
        _ text: String, _ index: Int32, _ isDeny: Bool, _ mayHaveQueue: Bool, _ list: inout List
    ) throws(ProgramFault) {
        var reading = Reading(text: text)
        for part in TemplateEntry(text).parts {
            switch part {
            case .literal(let literal): reading.pieces.append(.text(Array(literal.utf8)))
            case .template(let function, let template):
                try readFunction(function, template, isDeny, &reading)
            }
        }
        guard reading.texts.count <= ProgramLimits.maximumTemplates else { throw .tooManyTemplates(text) }
        let words = reading.isDefined ? Self.words(reading.pieces, mayHaveQueue) : nil
        if reading.templates.isEmpty, words != nil {
            list.count.addPlain()
        } else if !reading.templates.isEmpty {
            list.count.add(reading.templates, makesSubjects: words != nil)
        }
        if let words {
            let subject = words.subject
            list.entries.append(
                RuleEntry(index: index, subject: subject, queue: words.queue, variables: reading.variables))
        } else if isDeny {
            throw reading.isDefined ? .invalidDeny(text) : .undefined(text)
        }
    }

    /// What has been read of one entry.
    private struct Reading {
        let text: String
        var pieces: [Piece] = []
        /// The texts of the templates that are slots, each once: a text that occurs again takes the same value.
        var texts: [String] = []
        var variables: [SlotReference] = []
        var templates: [(slot: SlotReference, isFirst: Bool)] = []
        /// Whether the account has values for its own functions.
        var isDefined = true
    }

    private mutating func readFunction(
        _ function: TemplateEntry.Function, _ template: String, _ isDeny: Bool, _ reading: inout Reading
    ) throws(ProgramFault) {
        let slot: SlotReference
        switch function {
        case .undefined: throw .unknownTemplate(reading.text)
        case .name, .subject, .tag:
            guard let user = slots.userSlot(function) else { throw .tooManyFunctions }
            slot = user
        case .accountName, .accountSubject, .accountTag:
            let values = account ?? PermissionTemplate.Values()
            guard let (filling, several) = slots.accountFunction(function, values) else { throw .tooManyFunctions }
            if isDeny, !filling.isComplete { throw .undefined(reading.text) }
            guard let several else {
                reading.isDefined = reading.isDefined && filling.isComplete
                if let value = filling.values.first { reading.pieces.append(.text(value)) }
                return
            }
            slot = several
        }
        let known = reading.texts.firstIndex { $0.utf8.elementsEqual(template.utf8) }
        if known == nil {
            reading.texts.append(template)
            reading.variables.append(slot)
        }
        reading.templates.append((slot, isFirst: known == nil))
        guard reading.templates.count <= 2 * ProgramLimits.maximumTemplates else {
            throw .tooManyTemplates(reading.text)
        }
        reading.pieces.append(.variable(known ?? reading.texts.count - 1, slot))
    }

    /// Splits pieces at the spaces of their texts: first the subject, then the queue group (rule S7).
    private static func words(
        _ pieces: [Piece], _ mayHaveQueue: Bool
    ) -> (subject: RuleEntry.Words, queue: RuleEntry.Words?)? {
        let parts = split(pieces, at: 0x20)
        guard parts.count == 1 || parts.count == 2 && mayHaveQueue, let subject = templateWords(parts[0]) else {
            return nil
        }
        guard parts.count == 2 else { return (subject, nil) }
        guard let queue = templateWords(parts[1]) else { return nil }
        return (subject, queue)
    }

    private static func templateWords(_ pieces: [Piece]) -> RuleEntry.Words? {
        var words = RuleEntry.Words(tokens: [], hasTail: false)
        for token in split(pieces, at: UInt8(ascii: ".")) {
            guard !words.hasTail, !token.isEmpty else { return nil }
            let isText = !token.contains { if case .variable = $0 { true } else { false } }
            let text = token.flatMap { if case .text(let text) = $0 { text } else { [UInt8]() } }
            // Also the vertical tab, which plain subjects may hold.
            guard !text.contains(where: { isSubjectWhitespace($0) || $0 == 0x0B }) else { return nil }
            if !isText {
                words.tokens.append(.template(TemplateToken(pieces: token)))
            } else if text.isEmpty {
                return nil
            } else if text == [UInt8(ascii: ">")] {
                words.hasTail = true
            } else {
                words.tokens.append(text == [UInt8(ascii: "*")] ? .any : .literal(text))
            }
        }
        return words
    }

    /// Cuts pieces wherever a byte stands in their texts, and joins texts that stand side by side.
    private static func split(_ pieces: [Piece], at separator: UInt8) -> [[Piece]] {
        var parts: [[Piece]] = [[]]
        for piece in pieces {
            guard case .text(let text) = piece else {
                parts[parts.count - 1].append(piece)
                continue
            }
            for (number, section) in text.split(separator: separator, omittingEmptySubsequences: false).enumerated() {
                if number > 0 { parts.append([]) }
                guard !section.isEmpty else { continue }
                if case .text(let before) = parts[parts.count - 1].last {
                    parts[parts.count - 1][parts[parts.count - 1].count - 1] = .text(before + section)
                } else {
                    parts[parts.count - 1].append(.text(Array(section)))
                }
            }
        }
        return parts
    }
}

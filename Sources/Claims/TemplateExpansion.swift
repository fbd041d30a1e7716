/// The expansion of one list of permissions.
struct TemplateExpansion {
    let values: PermissionTemplate.Values
    let rules: PermissionTemplate.Rules
    /// Whether entries may name a queue group after a space.
    let mayHaveQueue: Bool

    /// A list without any template stays as it is.
    /// - Parameter path: the list's, for errors.
    func expand(_ list: [String], isDeny: Bool, path: String) throws(ClaimsError) -> [String] {
        let entries = list.map(TemplateEntry.init)
        guard entries.contains(where: \.hasTemplates) else { return list }
        var expanded: [String] = []
        var room = Room()
        for (index, entry) in entries.enumerated() {
            do {
                let filled = try valid(entry, isDeny: isDeny, room: room)
                room.count -= filled.count
                room.size -= filled.reduce(0) { $0 + $1.utf8.count }
                expanded += filled
            } catch {
                throw error.at("\(path)[\(index)]")
            }
        }
        return expanded
    }

    /// What a list may still become.
    private struct Room {
        var count = PermissionTemplate.maximumExpansions
        var size = PermissionTemplate.maximumSize

        /// Checks that texts of `size` bytes in all stay within it when each becomes `times` as many.
        func check(_ size: Int, times: Int = 1) throws(ClaimsError) {
            guard size > max(0, self.size) / times else { return }
            throw ClaimsError(
                .template, "template expansion exceeds \(PermissionTemplate.maximumSize) bytes",
                remedy: "use fewer tags of one name, or shorter names, tags and subjects")
        }
    }

    /// The subjects that an entry stands for.
    private func valid(_ entry: TemplateEntry, isDeny: Bool, room: Room) throws(ClaimsError) -> [String] {
        let filled = try fill(entry, isDeny: isDeny, room: room)
        let valid = filled.filter(isValid)
        guard !isDeny || valid.count == filled.count else {
            throw ClaimsError(
                .template, "generated invalid subject",
                remedy: "give the user a name and tags that fill one token each")
        }
        return valid
    }

    /// A text so far, and what was chosen for each template's text on the way.
    private typealias Step = (text: String, chosen: TextDictionary<String>)

    /// All texts that an entry stands for: the last template turns fastest. Values that may not be used leave a text
    /// that is no subject.
    private func fill(_ entry: TemplateEntry, isDeny: Bool, room: Room) throws(ClaimsError) -> [String] {
        var partial: [Step] = [("", [:])]
        for part in entry.parts {
            switch part {
            case .literal(let literal):
                try room.check(Self.size(of: partial, adding: literal.utf8.count))
                for index in partial.indices { partial[index].text += literal }
            case .template(let function, let text):
                let choices = try choices(for: function, in: entry, text, isDeny: isDeny)
                // Lists of plain subjects may be long; only what tags multiply is counted.
                guard choices.count <= 1 || partial.count <= max(0, room.count) / choices.count else {
                    throw Self.tooMany
                }
                let longest = choices.reduce(0) { max($0, $1.utf8.count) }
                try room.check(Self.size(of: partial, adding: longest), times: choices.count)
                partial = partial.flatMap { fill($0, text, choices) }
            }
        }
        return partial.map(\.text)
    }

    /// The bytes of all texts, with `count` more in each.
    private static func size(of partial: [Step], adding count: Int) -> Int {
        partial.reduce(0) { $0 + $1.text.utf8.count + count }
    }

    /// A text that occurs again takes the value chosen first. nats-server still counts every occurrence, which gives
    /// the same subject several times; otherwise it is given once.
    private func fill(
        _ step: Step, _ text: String, _ choices: [String]
    ) -> [Step] {
        if let chosen = step.chosen[text] {
            let count = rules == .natsServer ? choices.count : 1
            return Array(repeating: (step.text + chosen, step.chosen), count: count)
        }
        return choices.map { choice in
            var chosen = step.chosen
            chosen[text] = choice
            return (step.text + choice, chosen)
        }
    }

    /// The values of a function. An undefined one gives a text that no subject may hold, so that the entry is dropped.
    private func choices(
        for function: TemplateEntry.Function, in entry: TemplateEntry, _ text: String, isDeny: Bool
    ) throws(ClaimsError) -> [String] {
        if case .undefined(let operation) = function {
            throw ClaimsError(
                .template, "template operation in \(quoted(entry.text)): \(quoted(operation)) is not defined",
                remedy: "use name(), subject(), tag(x), account-name(), account-subject() or account-tag(x)")
        }
        var choices = values.values(of: function)
        // nats-server finds no tag when the word itself is not in lower case.
        if rules == .natsServer, isTag(function), !text.utf8.contains("tag(".utf8) { choices = [] }
        guard choices.isEmpty else { return choices.map { mayFill($0) ? $0 : Self.invalid } }
        guard isDeny else { return [Self.invalid] }
        throw ClaimsError(
            .template, "generated invalid subject \(quoted(entry.text)): \(quoted(argument(function))) is not defined",
            remedy: "give the user or the account a tag \(argument(function)):VALUE")
    }

    private func isTag(_ function: TemplateEntry.Function) -> Bool {
        switch function {
        case .tag, .accountTag: true
        default: false
        }
    }

    private func argument(_ function: TemplateEntry.Function) -> String {
        switch function {
        case .tag(let tag), .accountTag(let tag): tag
        default: ""
        }
    }

    private func mayFill(_ value: String) -> Bool { rules != .strict || PermissionTemplate.fillsToken(value) }

    /// Whether a filled entry is a subject, with a queue group where one may be.
    private func isValid(_ entry: String) -> Bool {
        guard rules == .strict, mayHaveQueue else { return Self.isValidSubject(entry) }
        let parts = entry.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { String(Substring($0)) }
        return parts.count <= 2 && parts.allSatisfy(Self.isValidSubject)
    }

    /// No empty token, no white space, and `>` only at the end.
    private static func isValidSubject(_ subject: String) -> Bool {
        let tokens = SubjectRules.tokens(subject)
        return tokens.enumerated().allSatisfy { index, token in
            !token.isEmpty && (!SubjectRules.isArrow(token) || index == tokens.count - 1)
                && !token.contains { $0 == 0x20 || (0x09...0x0D).contains($0) }
        }
    }

    /// What stands for a value that may not be used: a line break is in no subject and no queue group.
    private static let invalid = "\n"

    private static let tooMany = ClaimsError(
        .template, "template expansion exceeds limit: \(PermissionTemplate.maximumExpansions)",
        remedy: "use fewer tags of one name, or fewer templates in one subject")
}

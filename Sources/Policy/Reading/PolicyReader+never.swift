// What nobody may do by any way.

extension PolicyReader {
    /// The rules in `chancery.yaml`, with the environment's values in their subjects.
    mutating func never(in root: PolicyNode) -> [NeverRule] {
        guard case .mapping(let members) = root.content,
            let node = members.first(where: { $0.name == "never" })?.value
        else { return [] }
        // The set's own file declares no values: what the environment gives is a token here, or nothing.
        for (name, text) in given where PolicyValue.fits(text, .token) {
            values[name] = PolicyValue(kind: .token, text: text)
        }
        return elements(of: node, "never").map { element in
            var rule = NeverRule(position: element.position)
            read(element, "a rule of never", into: &rule, Self.neverKeys)
            check(rule, element)
            return rule
        }
    }

    private mutating func check(_ rule: NeverRule, _ node: PolicyNode) {
        guard case .mapping(let members) = node.content else { return }
        for (key, form) in [
            ("from", "from: role ACCOUNT/ROLE"), ("may not", "may not: receive \"SUBJECT\""), ("of", "of: ACCOUNT"),
        ] where !members.contains(where: { $0.name == key }) {
            report(.missingKey, at: node.position, "the rule does not have \"\(key)\"", remedy: "write \(form)")
        }
    }

    static let neverKeys: Keys<NeverRule> = [
        ("from", { $2.from = $0.holders($1, "from") }),
        (
            "may not",
            { reader, node, rule in
                reader.requireEntries(node, "may not", remedy: "write receive \"SUBJECT\" or publish \"SUBJECT\"")
                let nodes = if case .list(let elements) = node.content { elements } else { [node] }
                rule.mayNot = nodes.compactMap { reader.neverSentence($0) }
            }
        ),
        ("of", { $2.account = $0.placedName($1, "of") }),
        (
            "except",
            { reader, node, rule in
                reader.requireEntries(node, "except", remedy: "name who may all the same, or leave it out")
                rule.except = reader.elements(of: node, "except").compactMap {
                    reader.holders($0, "an entry of except")
                }
            }
        ),
    ]

    private mutating func holders(_ node: PolicyNode, _ what: String) -> Placed<AccessAnalysis.Holders>? {
        guard let text = text(node, what) else { return nil }
        guard let holders = AccessAnalysis.Holders(text) else {
            report(
                .wrongValue, at: node.position, "\(what) is not \"\(text)\"",
                remedy: "write role ACCOUNT/ROLE, user ACCOUNT/USER, account ACCOUNT, outside (every other account) or "
                    + "anybody")
            return nil
        }
        return Placed(holders, node.position)
    }

    /// `receive "plant.>"`, the subject with or without quotes.
    private mutating func neverSentence(_ node: PolicyNode) -> NeverRule.Sentence? {
        guard let text = text(node, "may not") else { return nil }
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2, let act = AccessRoute.Act(rawValue: words[0]) else {
            report(
                .wrongValue, at: node.position, "\"\(text)\" is nothing that can be ruled out",
                remedy: "write receive \"SUBJECT\" or publish \"SUBJECT\"")
            return nil
        }
        let quoted = words[1].count > 1 && words[1].first == words[1].last && words[1].first.map("\"'".contains) == true
        let subject = PolicySubject(quoted ? String(words[1].dropFirst().dropLast()) : words[1], node.position)
        guard check(subject, "the subject", hasTemplates: false) else { return nil }
        return NeverRule.Sentence(act: act, subject: subject, position: node.position)
    }
}

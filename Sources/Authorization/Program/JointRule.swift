/// A rule whose tokens cannot be tested one by one, because one template stands in two of them or two in one:
/// `{{tag(team)}}.{{tag(team)}}` means the same team twice, `{{tag(a)}}-{{tag(b)}}` leaves open where the first ends.
///
/// The walk over the table has found that each token may fit; here values are tried for all of them at once, as many
/// combinations as the list may have expansions at most. Nothing is allocated.
struct JointRule: Sendable {
    private struct TemplateAt: Sendable {
        /// Which token of the subject or group it is.
        let depth: Int
        let pieces: [TemplateToken.Piece]
    }

    let rule: Int32
    private let variables: [SlotReference]
    private let subject: [TemplateAt]
    private let queue: [TemplateAt]

    init(_ entry: RuleEntry) {
        rule = entry.index
        variables = entry.variables
        subject = Self.templates(entry.subject)
        queue = entry.queue.map(Self.templates) ?? []
    }

    private static func templates(_ words: RuleEntry.Words) -> [TemplateAt] {
        words.tokens.enumerated().compactMap { depth, token in
            guard case .template(let template) = token else { return nil }
            return TemplateAt(depth: depth, pieces: template.pieces)
        }
    }

    /// How far an attempt came.
    private enum Attempt {
        case fits
        /// It failed when this many variables had been used.
        case failed(Int)
    }

    /// Whether some combination of values makes the entry match. Without a group only the subject is looked at.
    func fits(_ text: Span<UInt8>, _ group: [UInt8]?, _ fillings: Fillings) -> Bool {
        var chosen = InlineArray<16, Int>(repeating: 0)
        for (number, slot) in variables.enumerated() {
            let values = fillings[slot].indices(slot.index)
            guard !values.isEmpty else { return false }
            chosen[number] = values.lowerBound
        }
        while true {
            switch attempt(text, group, chosen, fillings) {
            case .fits: return true
            case .failed(let used):
                guard advance(&chosen, used, fillings) else { return false }
            }
        }
    }

    /// The next combination that differs in the variables used so far; false when there is none.
    private func advance(_ chosen: inout InlineArray<16, Int>, _ used: Int, _ fillings: Fillings) -> Bool {
        for number in used..<max(used, variables.count) {
            let slot = variables[number]
            chosen[number] = fillings[slot].indices(slot.index).lowerBound
        }
        var number = used - 1
        while number >= 0 {
            let slot = variables[number]
            let values = fillings[slot].indices(slot.index)
            chosen[number] += 1
            if chosen[number] < values.upperBound { return true }
            chosen[number] = values.lowerBound
            number -= 1
        }
        return false
    }

    private func attempt(
        _ text: Span<UInt8>, _ group: [UInt8]?, _ chosen: InlineArray<16, Int>, _ fillings: Fillings
    ) -> Attempt {
        var used = 0
        guard match(subject, text, chosen, fillings, &used) else { return .failed(used) }
        guard let group else { return .fits }
        return match(queue, group.span, chosen, fillings, &used) ? .fits : .failed(used)
    }

    private func match(
        _ templates: [TemplateAt], _ text: Span<UInt8>, _ chosen: InlineArray<16, Int>, _ fillings: Fillings,
        _ used: inout Int
    ) -> Bool {
        var (depth, start) = (0, 0)
        for template in templates {
            while depth < template.depth {
                while start < text.count, text[start] != UInt8(ascii: ".") { start += 1 }
                start += 1
                depth += 1
            }
            guard start <= text.count else { return false }
            var position = start
            for piece in template.pieces {
                switch piece {
                case .text(let bytes):
                    guard text.count - position >= bytes.count else { return false }
                    for index in bytes.indices where bytes[index] != text[position + index] { return false }
                    position += bytes.count
                case .variable(let number, let slot):
                    used = max(used, number + 1)
                    let values = fillings[slot]
                    let end = position + values.count(chosen[number])
                    guard end <= text.count, values.isEqual(chosen[number], text, position, end) else { return false }
                    position = end
                }
            }
            guard position == text.count || text[position] == UInt8(ascii: ".") else { return false }
        }
        return true
    }
}

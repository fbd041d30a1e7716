extension SecretText {
    /// A seed may lose its first letter and some of its last; what is shorter than this leaves enough unknown.
    private static let shortestWithoutMark = 45
    /// Words in capitals have hardly any digits; every fifth letter of a key is one.
    private static let fewestDigits = 2

    /// Letters and digits that follow each other.
    private struct Group {
        var range: Range<Int>
        var first: UInt8
        var digits = 0
        var lower = 0
        var upper = 0
        /// Whether every character may stand in base32 in capitals, or in a hexadecimal number.
        var isBase32 = true
        var isHexadecimal = true
        /// Whether a secret was found in it already.
        var isKnown = false

        var count: Int { range.count }
        /// Capitals and digits, a slip of the shift key aside.
        var isCapitals: Bool { lower * 10 <= count }

        /// The word for what begins with this letter.
        var mark: String? {
            switch first | 0x20 {
            case UInt8(ascii: "s"): "a seed"
            case UInt8(ascii: "p"): "a private key"
            default: nil
            }
        }

        /// Whether this is shown where it stands alone: a hash, a token's `jti`, or a public key, mistyped or cut.
        var looksPublic: Bool {
            guard isBase32, count >= shortestRun else { return false }
            return count == 52 || (mark == nil && count <= PublicKey.textCount && "AOUNCX".utf8.contains(first))
        }

        /// Whether this is shown wherever it stands.
        func isPublic(in text: UnsafeRawBufferPointer) -> Bool {
            if isHexadecimal, count >= 32 { return true }
            return count == PublicKey.textCount
                && (try? PublicKey(textBytes: UnsafeRawBufferPointer(rebasing: text[range]))) != nil
        }
    }

    /// What may be a seed or a private key that was mistyped, written in groups, cut, or copied without its first letter,
    /// and words for it.
    static func damagedKeys(
        in text: UnsafeRawBufferPointer, besides known: [Range<Int>]
    ) -> [(range: Range<Int>, what: String)] {
        var known = known.sorted { $0.lowerBound < $1.lowerBound }[...]
        var found: [(range: Range<Int>, what: String)] = []
        var run: [Group] = []
        func end() {
            if let key = damagedKey(in: run, of: text) { found.append(key) }
            run = []
        }
        for group in groups(in: text) {
            while let first = known.first, first.upperBound <= group.range.lowerBound { known.removeFirst() }
            var group = group
            // One that begins like a key itself is one from there on.
            group.isKnown =
                known.first.map {
                    $0.overlaps(group.range) && (group.mark == nil || $0.lowerBound <= group.range.lowerBound)
                } ?? false
            if let last = run.last, !mayJoin(text[last.range.upperBound..<group.range.lowerBound]) { end() }
            if !group.isCapitals || group.isPublic(in: text) {
                end()
                // A key in small letters, without anything between them.
                if group.upper == 0, !group.isKnown, group.count >= shortestRun, let what = group.mark {
                    found.append((group.range, what))
                }
            } else {
                run.append(group)
            }
        }
        end()
        return found
    }

    /// Whether a slip can put this between two parts of a key; a quote ends what is quoted.
    private static func mayJoin(_ gap: Slice<UnsafeRawBufferPointer>) -> Bool {
        gap.count <= 3 && !gap.contains(UInt8(ascii: "\""))
    }

    /// The key that groups are together: from the first that begins like one, or all of them.
    private static func damagedKey(
        in run: [Group], of text: UnsafeRawBufferPointer
    ) -> (range: Range<Int>, what: String)? {
        guard let last = run.last, run.contains(where: { !$0.isKnown }), run.count > 1 || !last.looksPublic else {
            return nil
        }
        var count = run.reduce(0) { $0 + $1.count }
        guard count >= shortestRun else { return nil }
        var digits = run.reduce(0) { $0 + $1.digits }
        let all = (count: count, digits: digits)
        for (index, group) in run.enumerated() {
            if let what = group.mark, count >= shortestRun, digits >= fewestDigits || index == run.count - 1,
                areGroups(run[index...], count, of: text)
            {
                return (group.range.lowerBound..<last.range.upperBound, what)
            }
            count -= group.count
            digits -= group.digits
        }
        guard all.count >= shortestWithoutMark, all.digits >= fewestDigits, areGroups(run[...], all.count, of: text)
        else {
            return nil
        }
        return (run[0].range.lowerBound..<last.range.upperBound, "what may be a seed")
    }

    /// Whether groups may be parts of one key: blanks, dashes or line breaks between them, or long pieces with anything
    /// else.
    private static func areGroups(_ groups: ArraySlice<Group>, _ count: Int, of text: UnsafeRawBufferPointer) -> Bool {
        guard count / groups.count < 8 else { return true }
        return zip(groups, groups.dropFirst()).allSatisfy { one, other in
            text[one.range.upperBound..<other.range.lowerBound].allSatisfy {
                $0 <= 0x20 || $0 == UInt8(ascii: "-")
            }
        }
    }

    private static func groups(in text: UnsafeRawBufferPointer) -> [Group] {
        var groups: [Group] = []
        var current: Group?
        for (offset, byte) in text.enumerated() {
            guard isLetterOrDigit(byte) else {
                if let group = current { groups.append(group) }
                current = nil
                continue
            }
            var group = current ?? Group(range: offset..<offset, first: byte)
            group.range = group.range.lowerBound..<(offset + 1)
            switch byte {
            case 0x30...0x39: group.digits += 1
            case 0x41...0x5A: group.upper += 1
            default: group.lower += 1
            }
            if !(0x41...0x5A).contains(byte), !(0x32...0x37).contains(byte) { group.isBase32 = false }
            if byte > 0x39, !(0x61...0x66).contains(byte | 0x20) { group.isHexadecimal = false }
            current = group
        }
        if let group = current { groups.append(group) }
        return groups
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

/// Networks in CIDR notation, as text: an address, a slash and the number of leading bits that count.
package enum NetworkText {
    /// Whether the text is a network. Bits behind the mask may be set; zones, signs and leading zeros of an IPv4 part
    /// are refused.
    package static func isValid(_ text: String) -> Bool {
        let text = Array(text.utf8)
        guard let slash = text.firstIndex(of: 0x2F) else { return false }
        let address = text[..<slash]
        let mask = text[(slash + 1)...]
        guard !mask.isEmpty, mask.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        // Long masks are leading zeros or far out of range; the sum stops growing there.
        let bits = mask.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1000) }
        // The first dot or colon decides which kind of address it is.
        switch address.first(where: { $0 == 0x2E || $0 == 0x3A }) {
        case 0x2E: return bits <= 32 && isIPv4(address)
        case 0x3A: return bits <= 128 && isIPv6(address)
        default: return false
        }
    }

    private static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { (0x30...0x39).contains($0) }
                    && (part.count == 1 || part.first != 0x30)
                    && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    /// Eight groups of hexadecimal digits, of which the last two may be an IPv4 address and one run of zero groups may
    /// be `::`.
    private static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        guard let gap = firstGap(text) else { return groups(text, endsAddress: true) == 8 }
        let before = text[..<gap]
        let after = text[(gap + 2)...]
        guard firstGap(after) == nil, after.first != 0x3A,
            let left = before.isEmpty ? 0 : groups(before, endsAddress: false),
            let right = after.isEmpty ? 0 : groups(after, endsAddress: true)
        else { return false }
        // The gap stands for at least one group.
        return left + right <= 7
    }

    /// Where `::` begins.
    private static func firstGap(_ text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first { text[$0] == 0x3A && text[$0 + 1] == 0x3A }
    }

    /// The number of 16-bit groups; nil if there is anything else.
    private static func groups(_ text: ArraySlice<UInt8>, endsAddress: Bool) -> Int? {
        let parts = text.split(separator: 0x3A, omittingEmptySubsequences: false)
        var count = 0
        for (index, part) in parts.enumerated() {
            if part.contains(0x2E) {
                guard endsAddress, index == parts.count - 1, isIPv4(part) else { return nil }
                count += 2
            } else {
                guard (1...4).contains(part.count), part.allSatisfy(isHexadecimal) else { return nil }
                count += 1
            }
        }
        return count
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}

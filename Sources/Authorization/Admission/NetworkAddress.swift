/// An IPv4 or IPv6 address. IPv4 addresses in IPv6 clothing (`::ffff:10.0.0.1`) are IPv4 addresses.
public struct NetworkAddress: Sendable, Hashable {
    /// Four or sixteen bytes, in network order.
    public let bytes: [UInt8]

    /// - Parameter bytes: four or sixteen bytes in network order; nil otherwise.
    public init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self.bytes = bytes
        case 16 where bytes.prefix(10).allSatisfy({ $0 == 0 }) && bytes[10] == 0xFF && bytes[11] == 0xFF:
            self.bytes = Array(bytes.suffix(4))
        case 16: self.bytes = bytes
        default: return nil
        }
    }

    /// Reads the usual text forms; no zone, no port.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        if bytes.contains(UInt8(ascii: ":")) {
            guard let sixteen = Self.readIPv6(bytes[...]) else { return nil }
            self.init(bytes: sixteen)
        } else {
            guard let four = Self.readIPv4(bytes[...]) else { return nil }
            self.init(bytes: four)
        }
    }

    /// Four decimal numbers without leading zeros.
    private static func readIPv4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var result: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"),
                part.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let byte = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            result.append(byte)
        }
        return result
    }

    /// Groups of hexadecimal digits, one `::` for a run of zeros, possibly an IPv4 address at the end.
    private static func readIPv6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var halves: [ArraySlice<UInt8>] = [text]
        for index in text.indices.dropLast() where text[index] == 0x3A && text[index + 1] == 0x3A {
            halves = [text[..<index], text[(index + 2)...]]
            break
        }
        var groups: [[UInt8]] = []
        for half in halves {
            guard let bytes = readGroups(half) else { return nil }
            groups.append(bytes)
        }
        if groups.count == 1 { return groups[0].count == 16 ? groups[0] : nil }
        let missing = 16 - groups[0].count - groups[1].count
        guard missing >= 2 else { return nil }
        return groups[0] + [UInt8](repeating: 0, count: missing) + groups[1]
    }

    private static func readGroups(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var result: [UInt8] = []
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let four = readIPv4(part) else { return nil }
                result += four
            } else {
                guard (1...4).contains(part.count),
                    let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16),
                    part.first != UInt8(ascii: "+")
                else { return nil }
                result += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return result.count <= 16 ? result : nil
    }
}

/// A range of addresses in CIDR form, such as `10.0.0.0/8`.
public struct NetworkRange: Sendable, Hashable {
    public let address: NetworkAddress
    /// How many leading bits count.
    public let prefix: Int

    /// Reads `address/bits`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = NetworkAddress(String(parts[0])), (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), var prefix = Int(parts[1])
        else { return nil }
        if address.bytes.count == 4, parts[0].contains(":") {
            // An IPv4 address that was written as IPv6: its first 96 bits are the clothing.
            guard prefix >= 96 else { return nil }
            prefix -= 96
        }
        guard prefix <= address.bytes.count * 8 else { return nil }
        self.address = address
        self.prefix = prefix
    }

    public func contains(_ other: NetworkAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        for bit in 0..<prefix {
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            if (address.bytes[bit / 8] ^ other.bytes[bit / 8]) & mask != 0 { return false }
        }
        return true
    }
}

import Authorization
import Claims

// From where, when and how the holders of a role come in.

extension PolicyReader {
    mutating func networks(_ node: PolicyNode) -> [Placed<String>] {
        requireEntries(
            node, "from", remedy: "name networks such as 10.0.0.0/8, or leave \"from\" out for every network")
        return names(node, "from").filter { network in
            guard NetworkText.isValid(network.value) else {
                report(
                    .wrongValue, at: network.position, "\"\(network.value)\" is no network",
                    remedy: "write an address and the bits that count, such as 10.0.0.0/8")
                return false
            }
            guard let plain = NetworkRange(network.value)?.plain else { return true }
            report(
                .wrongValue, at: network.position,
                "\(network.value) has bits behind those that count, and is the network \(plain)",
                remedy: "write \(plain), or if one address is meant, give it all its bits")
            return false
        }
    }

    static let connectionWords = ["STANDARD", "WEBSOCKET", "MQTT", "MQTT_WS", "LEAFNODE", "LEAFNODE_WS", "IN_PROCESS"]

    mutating func connectionKinds(_ node: PolicyNode) -> [Placed<String>] {
        let kinds = Self.connectionWords
        requireEntries(
            node, "connections", remedy: "name some of \(kinds.joined(separator: ", ")), or leave it out for all")
        return names(node, "connections").filter { checkConnectionKind($0.value, at: $0.position) }
    }

    @discardableResult
    mutating func checkConnectionKind(_ kind: String, at position: PolicyPosition) -> Bool {
        guard !Self.connectionWords.contains(kind) else { return true }
        report(
            .wrongValue, at: position, "there is no kind of connections \"\(kind)\"",
            remedy: "there are: \(Self.connectionWords.joined(separator: ", "))")
        return false
    }

    @discardableResult
    mutating func checkTimeZone(_ zone: String, at position: PolicyPosition) -> Bool {
        guard !isKnownTimeZone(zone) else { return true }
        report(
            .wrongValue, at: position, "\"\(zone)\" is no time zone",
            remedy: "take a name of the tz database, such as Europe/Berlin or UTC")
        return false
    }

    /// `{ zone: Europe/Berlin, between: [ "06:00-22:00" ] }`
    mutating func hours(_ node: PolicyNode) -> RolePolicy.Hours? {
        var parts = (zone: Placed<String>?.none, ranges: [RolePolicy.Hours.Range]())
        requireEntries(
            node, "hours", remedy: "write { zone: Europe/Berlin, between: [ \"06:00-22:00\" ] }, or leave it out")
        read(node, "hours", into: &parts, Self.hourKeys)
        guard case .mapping(let keys) = node.content else { return nil }
        guard let zone = parts.zone else {
            report(.missingKey, at: node.position, "hours have no zone", remedy: "write zone: Europe/Berlin")
            return nil
        }
        guard checkTimeZone(zone.value, at: zone.position) else { return nil }
        guard !parts.ranges.isEmpty else {
            // Times that are none have been told of.
            if case .list(let elements)? = keys.first(where: { $0.name == "between" })?.value.content, !elements.isEmpty
            {
                return nil
            }
            report(.missingKey, at: node.position, "hours have no time", remedy: "write between: [ \"06:00-22:00\" ]")
            return nil
        }
        return RolePolicy.Hours(zone: zone, ranges: parts.ranges)
    }

    static let hourKeys: Keys<(zone: Placed<String>?, ranges: [RolePolicy.Hours.Range])> = [
        ("zone", { $2.zone = $0.placedName($1, "zone") }),
        (
            "between",
            { reader, node, parts in
                parts.ranges = reader.elements(of: node, "between").compactMap { reader.hourRange($0) }
            }
        ),
    ]

    /// `06:00-22:00`; the end may be on the next day.
    private mutating func hourRange(_ node: PolicyNode) -> RolePolicy.Hours.Range? {
        guard let text = text(node, "an entry of between") else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Self.clockTime(String($0)) }
        guard ends.count == 2, let start = ends[0], let end = ends[1] else {
            report(
                .wrongValue, at: node.position, "\"\(text)\" is no time of day", remedy: "write \"06:00-22:00\"")
            return nil
        }
        guard start != end else {
            report(.wrongValue, at: node.position, "\(text) begins when it ends, so it is no time at all")
            return nil
        }
        return RolePolicy.Hours.Range(start: start, end: end, position: node.position)
    }

    /// `06:00` or `06:00:30` as `HH:MM:SS`.
    static func clockTime(_ text: String) -> String? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count),
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), hour < 24, parts.dropFirst().allSatisfy({ (Int($0) ?? 60) < 60 })
        else { return nil }
        return parts.count == 2 ? text + ":00" : text
    }
}

extension NetworkRange {
    /// The same network with nothing behind the bits that count; nil where that is how it is written.
    fileprivate var plain: String? {
        var bytes = address.bytes
        for bit in prefix..<(bytes.count * 8) { bytes[bit / 8] &= ~(UInt8(0x80) >> UInt8(bit % 8)) }
        guard bytes != address.bytes else { return nil }
        if bytes.count == 4 { return "\(bytes.map(String.init).joined(separator: "."))/\(prefix)" }
        let groups = stride(from: 0, to: bytes.count, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        // What has no zeros at its end is written out.
        let count = groups.reversed().prefix { $0 == "0" }.count
        let text = count > 1 ? groups.dropLast(count).joined(separator: ":") + "::" : groups.joined(separator: ":")
        return "\(text)/\(prefix)"
    }
}

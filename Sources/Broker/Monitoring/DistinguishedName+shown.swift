import Authorization

extension DistinguishedName {
    /// As pages show certificates' subjects (observed of nats-server 2.15.1): the usual attributes in an order of their
    /// own, those of one type together, and behind them the others by their object identifiers.
    ///
    ///     CN=alice,OU=Users+OU=Press,O=ACME,0.9.2342.19200300.100.1.25=com
    var shown: String {
        // The parts stand in the order that names are written in: a certificate has them the other way round.
        let attributes = parts.map { $0.sorted { ($0.type, $0.value) < ($1.type, $1.value) } }.joined()
        var texts = Self.usual.compactMap { type -> String? in
            let values = attributes.reversed().filter { $0.type == type }
            return values.isEmpty ? nil : values.map { "\(type)=\(Self.escaped($0.value))" }.joined(separator: "+")
        }
        for attribute in attributes where !Self.usual.contains(attribute.type) {
            texts.append("\(Self.identifiers[attribute.type] ?? attribute.type)=\(Self.escaped(attribute.value))")
        }
        return texts.joined(separator: ",")
    }

    private static let usual = ["SERIALNUMBER", "CN", "POSTALCODE", "STREET", "ST", "L", "OU", "O", "C"]

    /// Attributes that have a short name elsewhere.
    private static let identifiers = [
        "DC": "0.9.2342.19200300.100.1.25", "UID": "0.9.2342.19200300.100.1.1",
    ]

    /// With a backslash in front of what would be taken for something else.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for (place, character) in value.enumerated() {
            let isAtEdge = place == 0 || place == value.count - 1
            let isSpecial =
                ",+\"\\<>;".contains(character) || (character == "#" && place == 0) || (character == " " && isAtEdge)
            if isSpecial { result.append("\\") }
            result.append(character)
        }
        return result
    }
}

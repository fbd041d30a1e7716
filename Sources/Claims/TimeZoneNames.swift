/// Names of IANA time zones.
public enum TimeZoneNames {
    /// Whether `name` could be a zone: words of letters, digits, `_`, `-` and `+`, with slashes between.
    ///
    /// Which zones exist is in the system's files, which are not read here; pass a function that knows them to
    /// ``ClaimSet/validate(at:isKnownTimeZone:)`` where claims are made.
    public static func isPlausible(_ name: String) -> Bool {
        name.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty
                && word.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2B: true
                    default: false
                    }
                }
        }
    }

    /// What is wrong with a zone of claims; the empty one and `UTC` and `Local` always pass.
    static func fault(_ name: String, _ isKnown: (String) -> Bool) -> String? {
        if name.isEmpty || name == "UTC" || name == "Local" { return nil }
        let parts = name.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
        if name.utf8.first == 0x2F || name.utf8.first == 0x5C || parts.contains(where: { $0.elementsEqual("..".utf8) })
        {
            return "time: invalid location name"
        }
        return isKnown(name) ? nil : "unknown time zone \(name)"
    }
}

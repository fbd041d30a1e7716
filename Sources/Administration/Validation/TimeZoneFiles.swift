import Claims

/// The time zones that this machine knows.
enum TimeZoneFiles {
    private static let folder = "/usr/share/zoneinfo"

    /// Whether a zone exists; where the machine has no list of them, whether it could.
    static func isKnown(_ name: String) -> Bool {
        guard TimeZoneNames.isPlausible(name) else { return false }
        guard PrivateFile.exists(folder) else { return true }
        return PrivateFile.exists("\(folder)/\(name)") && !Folder.isFolder("\(folder)/\(name)")
    }
}

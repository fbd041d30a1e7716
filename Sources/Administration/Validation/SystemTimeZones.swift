import Claims
import Glibc

/// The IANA time zones that this machine knows.
public enum SystemTimeZones {
    private static let folder = "/usr/share/zoneinfo"

    /// Whether a zone exists. Where the machine has no list of zones, whatever could be one does.
    public static func isKnown(_ name: String) -> Bool {
        guard TimeZoneNames.isPlausible(name) else { return false }
        guard let zones = mode(of: folder), zones & S_IFMT == S_IFDIR else { return true }
        // `Europe` is a folder of zones, not a zone.
        return mode(of: "\(folder)/\(name)").map { $0 & S_IFMT == S_IFREG } ?? false
    }

    private static func mode(of path: String) -> mode_t? {
        var found = stat()
        return stat(path, &found) == 0 ? found.st_mode : nil
    }
}

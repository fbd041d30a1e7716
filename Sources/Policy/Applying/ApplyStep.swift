/// The steps in which what is in force becomes something else.
///
/// At every one of them, and while servers have it one after the other, access lies between what both sets allow and what
/// either does: what opens comes first, what closes last, and what stands between the two changes at once. Where what comes
/// in one account would meet what goes in another, the accounts are switched one after the other, or part by part. Only that
/// answers may go anywhere is there with the end, and not before, also where a role could name a subject already that it may
/// not hear any more.
public enum ApplyStep: Int, Sendable, Hashable, CaseIterable, Comparable, CustomStringConvertible {
    /// Imports that stay get the activations that they will need.
    case activate = 1
    /// New exports and new keys, which nobody uses yet.
    case widen
    /// Imports, mappings, limits, settings, roles and users: old keys go, and users that are gone are revoked.
    case `switch`
    /// Old imports go.
    case narrowImports
    /// Old exports go, exports close, and answers may go anywhere whose role says so from now on.
    case narrow

    public static func < (one: ApplyStep, other: ApplyStep) -> Bool { one.rawValue < other.rawValue }

    public var description: String {
        switch self {
        case .activate: "activate: imports get the activations that they will need"
        case .widen: "widen: new exports and keys"
        case .switch: "switch: imports, mappings, limits, settings, roles and users"
        case .narrowImports: "narrow: old imports"
        case .narrow: "narrow: old exports"
        }
    }
}

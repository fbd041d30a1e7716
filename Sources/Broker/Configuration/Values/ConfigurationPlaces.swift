/// Where the keys of a configuration stand, for problems that show later than when it is read.
///
/// Two configurations that say the same are equal, wherever they say it.
public struct ConfigurationPlaces: Sendable, Hashable {
    struct Place: Sendable {
        let position: ConfigurationPosition
        let excerpt: ConfigurationExcerpt?
    }

    private var places: [String: Place] = [:]

    /// - Parameter key: as nats-server documents it, with the block in front: `authorization.users`.
    subscript(key: String) -> Place? {
        get { places[key] }
        set { places[key] = newValue }
    }

    public static func == (one: ConfigurationPlaces, other: ConfigurationPlaces) -> Bool { true }
    public func hash(into hasher: inout Hasher) {}
}

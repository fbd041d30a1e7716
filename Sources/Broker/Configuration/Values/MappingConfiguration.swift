/// One member of `mappings`: where messages to a subject go instead.
public struct MappingConfiguration: Sendable, Hashable {
    public struct Destination: Sendable, Hashable {
        /// A subject with references to the source's wildcards (`$1`, `{{partition(3,1)}}`).
        public var subject: String
        /// Per cent of the messages, from 0 to 100.
        public var weight: Int
        /// The cluster whose servers use it; nil for those that no other destination names.
        public var cluster: String?

        public init(subject: String, weight: Int = 100, cluster: String? = nil) {
            self.subject = subject
            self.weight = weight
            self.cluster = cluster
        }
    }

    /// A subject, possibly with wildcards.
    public var source: String
    /// Each subject once; the weights for one cluster make 100 at most. What is missing to 100 keeps its subject,
    /// unless the source is a destination itself: then it is dropped.
    public var destinations: [Destination]

    public init(source: String, destinations: [Destination]) {
        self.source = source
        self.destinations = destinations
    }
}

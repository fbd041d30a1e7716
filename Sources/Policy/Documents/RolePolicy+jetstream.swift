// What a role may do with streams, buckets and MQTT topics: verbs, which the compiler writes out as subjects.

extension RolePolicy {
    /// A consumer that the role takes messages from and acknowledges them on: nothing else of the stream is open to it.
    public struct Work: Sendable, Hashable {
        public let stream: String
        public let consumer: String
        public let position: PolicyPosition
    }

    /// What a role may do with the keys of a bucket.
    public struct KeyValue: Sendable, Hashable {
        public let bucket: String
        public let position: PolicyPosition
        /// Patterns of keys; templates are allowed.
        public var get: [PolicySubject] = []
        public var put: [PolicySubject] = []
        /// Followed by a consumer, which may deliver to anywhere: an open verb.
        public var watch: [PolicySubject] = []
        /// Whether the bucket itself may be made, changed and removed: an open verb.
        public var isManaged = false

        init(bucket: String, position: PolicyPosition) {
            self.bucket = bucket
            self.position = position
        }
    }

    /// What a role may do with a bucket of objects. Objects are pieces under names that are made up, so that verbs are for
    /// all of the bucket.
    public struct ObjectStore: Sendable, Hashable {
        public enum Verb: String, Sendable, Hashable, CaseIterable {
            case read, put, manage
        }

        public let bucket: String
        public let verbs: [Placed<Verb>]
        public let position: PolicyPosition
    }

    /// Topics of MQTT, as NATS subjects.
    public struct MQTT: Sendable, Hashable {
        public var publish: [Topic] = []
        public var subscribe: [Topic] = []
        public let position: PolicyPosition

        /// A topic or a filter, and what it is in NATS: `cmd/#` is `cmd` and `cmd.>`.
        public struct Topic: Sendable, Hashable {
            /// As it was written.
            public let text: String
            public let subjects: [PolicySubject]
            public let position: PolicyPosition
        }

        init(position: PolicyPosition) {
            self.position = position
        }
    }
}

extension RolePolicy {
    /// Whether it asks services or streams, so that it needs an inbox for the answers.
    var asksAnybody: Placed<Bool>? {
        let places =
            call.map(\.position) + work.map(\.position) + read.map(\.position) + manage.map(\.position)
            + keyValue.filter { !$0.isNothing }.map(\.position) + objects.filter { !$0.verbs.isEmpty }.map(\.position)
        return places.first.map { Placed(true, $0) }
    }
}

extension RolePolicy.KeyValue {
    var isNothing: Bool { self.get.isEmpty && put.isEmpty && watch.isEmpty && !isManaged }
}

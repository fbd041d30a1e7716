/// Verbs about streams as rules. What each may publish:
///
/// | verb | subjects |
/// |---|---|
/// | `work: [ S/C ]` | `$JS.API.CONSUMER.MSG.NEXT.S.C`, `$JS.API.CONSUMER.INFO.S.C`, `$JS.ACK.S.C.>` |
/// | `read: [ S ]` | making any consumer of S and using it, and looking up any message |
/// | `manage: [ S ]` | everything about S and its consumers |
/// | `kv`, `get` of k | `$JS.API.DIRECT.GET.KV_B.$KV.B.k`, `$JS.API.STREAM.INFO.KV_B` |
/// | `kv`, `put` of k | `$KV.B.k`, `$JS.API.STREAM.INFO.KV_B` |
/// | `kv`, `watch` of k | making any consumer of `KV_B`, since clients make them without saying of which keys |
/// | `objects`, `read` | making any consumer of `OBJ_B`, looking up any message of it, and `$JS.API.STREAM.NAMES` |
/// | `objects`, `put` | `$O.B.C.>`, `$O.B.M.>`, looking up and purging `OBJ_B` |
///
/// A bucket B is the stream `KV_B` with the keys below `$KV.B`, an object store B the stream `OBJ_B` below `$O.B`.
extension RoleRulesBuilder {
    mutating func addStreams(of role: RolePolicy) {
        for work in role.work { add(work) }
        for stream in role.read {
            publish(StreamSubjects.read(stream.value), stream.position)
            use(.read, stream.value, known.subjects(of: stream.value), stream.position)
        }
        for stream in role.manage { manage(stream.value, stream.position) }
        for bucket in role.keyValue where !bucket.isNothing { add(bucket) }
        for store in role.objects { add(store) }
    }

    private mutating func publish(_ subjects: [String], _ position: PolicyPosition) {
        rules.publish.allow += subjects.compactMap { rule($0, position) }
    }

    private mutating func use(
        _ verb: StreamUse.Verb, _ stream: String, _ subjects: [String], _ position: PolicyPosition
    ) {
        rules.streamUses.append(StreamUse(verb: verb, stream: stream, subjects: subjects, position: position))
    }

    private mutating func manage(_ stream: String, _ position: PolicyPosition) {
        publish(StreamSubjects.manage(stream), position)
        // Whoever makes a stream can have it copy others.
        use(.manage, stream, [">"], position)
    }

    private mutating func add(_ work: RolePolicy.Work) {
        if let names = known.names(of: work.stream, without: work.consumer) {
            problems.append(
                PolicyProblem(
                    .unknownConsumer, at: work.position, in: source,
                    "the stream \(work.stream) has no consumer \"\(work.consumer)\"",
                    remedy: Suggestion.nearest(to: work.consumer, in: names).map { "did you mean \($0)?" }
                        ?? "it has: \(names.joined(separator: ", "))"))
        }
        publish(StreamSubjects.work(work.stream, work.consumer), work.position)
        use(.work, work.stream, known.subjects(of: work.stream, consumer: work.consumer), work.position)
    }

    private mutating func add(_ bucket: RolePolicy.KeyValue) {
        let stream = "KV_\(bucket.bucket)"
        publish([StreamSubjects.information(stream)], bucket.position)
        func subject(_ key: PolicySubject) -> String { "$KV.\(bucket.bucket).\(key.text)" }
        for key in bucket.get {
            publish([StreamSubjects.get(stream, subject(key))], key.position)
            use(.get, stream, [subject(key)], key.position)
        }
        for key in bucket.put {
            publish([subject(key)], key.position)
            use(.put, stream, [subject(key)], key.position)
        }
        for key in bucket.watch {
            publish(StreamSubjects.watch(stream, subject(key)), key.position)
            // Whoever may make consumers makes them of all keys.
            use(.watch, stream, ["$KV.\(bucket.bucket).>"], key.position)
        }
        if bucket.isManaged { manage(stream, bucket.position) }
    }

    private mutating func add(_ store: RolePolicy.ObjectStore) {
        let stream = "OBJ_\(store.bucket)"
        let everything = ["$O.\(store.bucket).C.>", "$O.\(store.bucket).M.>"]
        for verb in store.verbs {
            let position = verb.position
            switch verb.value {
            case .read:
                // Clients ask by a subject which stream it is in.
                publish(
                    StreamSubjects.get(stream) + StreamSubjects.watch(stream, ">") + ["$JS.API.STREAM.NAMES"], position)
                use(.read, stream, everything, position)
            case .put:
                // What an object had before is looked up, and purged.
                publish(everything + StreamSubjects.get(stream) + ["$JS.API.STREAM.PURGE.\(stream)"], position)
                use(.put, stream, everything, position)
                use(.get, stream, everything, position)
            case .manage: manage(stream, position)
            }
        }
    }
}

/// The subjects by which servers are asked about streams.
enum StreamSubjects {
    static func work(_ stream: String, _ consumer: String) -> [String] {
        [
            "$JS.API.CONSUMER.MSG.NEXT.\(stream).\(consumer)", "$JS.API.CONSUMER.INFO.\(stream).\(consumer)",
            "$JS.ACK.\(stream).\(consumer).>",
        ]
    }

    static func information(_ stream: String) -> String { "$JS.API.STREAM.INFO.\(stream)" }

    /// The last message of a subject.
    static func get(_ stream: String, _ subject: String) -> String { "$JS.API.DIRECT.GET.\(stream).\(subject)" }

    /// Any message.
    static func get(_ stream: String) -> [String] {
        [
            "$JS.API.STREAM.MSG.GET.\(stream)", "$JS.API.DIRECT.GET.\(stream)", "$JS.API.DIRECT.GET.\(stream).>",
            information(stream),
        ]
    }

    static func watch(_ stream: String, _ filter: String) -> [String] {
        [
            "$JS.API.CONSUMER.CREATE.\(stream)", "$JS.API.CONSUMER.CREATE.\(stream).*.\(filter)",
            "$JS.API.CONSUMER.INFO.\(stream).*", "$JS.FC.\(stream).>", information(stream),
        ]
    }

    static func read(_ stream: String) -> [String] {
        get(stream) + [
            "$JS.API.CONSUMER.CREATE.\(stream)", "$JS.API.CONSUMER.CREATE.\(stream).>",
            "$JS.API.CONSUMER.DURABLE.CREATE.\(stream).*", "$JS.API.CONSUMER.INFO.\(stream).*",
            "$JS.API.CONSUMER.LIST.\(stream)", "$JS.API.CONSUMER.NAMES.\(stream)",
            "$JS.API.CONSUMER.MSG.NEXT.\(stream).*", "$JS.ACK.\(stream).>", "$JS.FC.\(stream).>",
        ]
    }

    static func manage(_ stream: String) -> [String] {
        read(stream)
            + ["CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE"].map {
                "$JS.API.STREAM.\($0).\(stream)"
            } + ["DELETE", "PAUSE", "RESET", "UNPIN"].map { "$JS.API.CONSUMER.\($0).\(stream).*" }
    }
}

extension PolicyProblem.Code {
    /// A consumer that the stream does not have.
    public static let unknownConsumer = Self("unknown-consumer")
}

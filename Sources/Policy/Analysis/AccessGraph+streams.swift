import Subjects

// Streams: what they take in, and on which subjects JetStream gives it out.

extension AccountPolicy {
    /// The streams that the file declares, and those of its roles' buckets, which it need not.
    var knownStreams: [AccessGraph.Stream] {
        let declared = streams.map { stream in
            AccessGraph.Stream(
                name: stream.name,
                subjects: stream.subjects.isEmpty
                    ? .everything : SubjectSet(stream.subjects.compactMap { try? Pattern($0.text) }),
                consumers: stream.consumers.map { consumer in
                    let filters = consumer.filters.compactMap { try? Pattern($0.text) }
                    return (consumer.name, filters.isEmpty ? .everything : SubjectSet(filters))
                }, position: stream.position)
        }
        var known = Set(declared.map(\.name))
        var buckets: [AccessGraph.Stream] = []
        func add(_ name: String, _ subjects: [String], _ position: PolicyPosition) {
            guard known.insert(name).inserted else { return }
            buckets.append(
                AccessGraph.Stream(
                    name: name, subjects: SubjectSet(subjects.compactMap { try? Pattern($0) }), consumers: [],
                    position: position))
        }
        for role in roles {
            for bucket in role.keyValue { add("KV_\(bucket.bucket)", ["$KV.\(bucket.bucket).>"], bucket.position) }
            for store in role.objects {
                add("OBJ_\(store.bucket)", ["$O.\(store.bucket).C.>", "$O.\(store.bucket).M.>"], store.position)
            }
        }
        return declared + buckets
    }

    /// Whether the account can have streams: a file that says nothing about them has none.
    var hasJetStream: Bool {
        !streams.isEmpty || limits.jetStream != nil
            || roles.contains {
                !$0.keyValue.isEmpty || !$0.objects.isEmpty || !$0.work.isEmpty || !$0.read.isEmpty
                    || !$0.manage.isEmpty
            }
    }
}

import Subjects

// Streams: what they take in, and on which subjects JetStream gives it out.

extension AccountPolicy {
    /// The streams that the file declares, and those of its roles' buckets, which it need not.
    var knownStreams: [AccessGraph.Stream] {
        let declared = streams.map { stream in
            AccessGraph.Stream(
                name: stream.name, subjects: SubjectSet(stream.subjects.compactMap { try? Pattern($0.text) }),
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

/// A way to get what a stream holds, or to have it sent somewhere: a subject to publish a request on.
struct StreamDoor: Sendable {
    /// What has to be published to go through it.
    let requests: SubjectSet
    /// What stands on it, for people.
    let text: String
    /// The stream; nil for any that is not declared.
    let stream: AccessGraph.Stream?
    let kind: Kind

    enum Kind: Sendable {
        /// A message is read, by number or by subject.
        case get(isDirect: Bool)
        /// The next message of a consumer.
        case next
        /// A consumer is made: it delivers the whole stream to wherever it is told.
        case consumer
        /// A stream is made or changed: it takes in what it is told and sends it wherever it is told.
        case stream
    }
}

extension AccessGraph.Account {
    /// The doors through which messages on some subjects come out.
    ///
    /// - Parameter wanted: as they are in this account, after mappings.
    func doors(to wanted: SubjectSet) throws(SubjectsTooLarge) -> [StreamDoor] {
        guard hasJetStream else { return [] }
        var result: [StreamDoor] = []
        for stream in streams {
            let held = try wanted.intersection(stream.subjects)
            guard try !held.isEmpty() else { continue }
            result += try stream.doors(to: held)
        }
        return result + undeclaredDoors
    }

    /// Doors that lead to any subject of the account: whoever makes consumers or streams says where they deliver to.
    var openDoors: [StreamDoor] {
        guard hasJetStream else { return [] }
        return streams.map(\.consumerDoor) + undeclaredDoors.filter { $0.isOpen }
    }

    /// A stream that no file declares may hold everything.
    private var undeclaredDoors: [StreamDoor] {
        func door(_ verbs: [String], _ tails: [String], _ text: String, _ kind: StreamDoor.Kind) -> StreamDoor? {
            let all = verbs.flatMap { verb in tails.compactMap { try? Pattern("$JS.API.\(verb).*\($0)") } }
            let declared = streams.flatMap { stream in
                verbs.flatMap { verb in tails.compactMap { try? Pattern("$JS.API.\(verb).\(stream.name)\($0)") } }
            }
            return StreamDoor(
                requests: SubjectSet(all, except: declared), text: text, stream: nil, kind: kind)
        }
        let made = ["STREAM.CREATE", "STREAM.UPDATE"].compactMap { try? Pattern("$JS.API.\($0).*") }
        return [
            door(["STREAM.MSG.GET"], [""], "STREAM.MSG.GET", .get(isDirect: false)),
            door(["DIRECT.GET"], ["", ".>"], "DIRECT.GET", .get(isDirect: true)),
            door(["CONSUMER.MSG.NEXT"], [".*"], "CONSUMER.MSG.NEXT", .next),
            door(["CONSUMER.CREATE", "CONSUMER.DURABLE.CREATE"], ["", ".>"], "CONSUMER.CREATE", .consumer),
            StreamDoor(requests: SubjectSet(made), text: "STREAM.CREATE", stream: nil, kind: .stream),
        ].compactMap(\.self)
    }
}

extension StreamDoor {
    var isOpen: Bool {
        switch kind {
        case .consumer, .stream: true
        case .get, .next: false
        }
    }
}

extension AccessGraph.Stream {
    private func requests(_ texts: String...) -> SubjectSet {
        SubjectSet(texts.compactMap { try? Pattern("$JS.API.\($0)") })
    }

    var consumerDoor: StreamDoor {
        StreamDoor(
            requests: requests(
                "CONSUMER.CREATE.\(name)", "CONSUMER.CREATE.\(name).>", "CONSUMER.DURABLE.CREATE.\(name).*"),
            text: "a consumer of \(name)", stream: self, kind: .consumer)
    }

    /// - Parameter held: what is wanted of what the stream holds.
    fileprivate func doors(to held: SubjectSet) throws(SubjectsTooLarge) -> [StreamDoor] {
        var result = [
            consumerDoor,
            StreamDoor(
                requests: requests("STREAM.MSG.GET.\(name)", "DIRECT.GET.\(name)"), text: "messages of \(name)",
                stream: self, kind: .get(isDirect: false)),
        ]
        if let last = try? SubjectTransform(from: ">", to: "$JS.API.DIRECT.GET.\(name).>") {
            result.append(
                StreamDoor(
                    requests: try last.image(of: held).set, text: "the last message of \(name) on a subject",
                    stream: self,
                    kind: .get(isDirect: true)))
        }
        for consumer in consumers where try consumer.filter.overlaps(held) {
            result.append(
                StreamDoor(
                    requests: requests("CONSUMER.MSG.NEXT.\(name).\(consumer.name)"),
                    text: "the consumer \(consumer.name) of \(name)", stream: self, kind: .next))
        }
        // A consumer that no file declares may deliver all of it.
        let declared = consumers.compactMap { try? Pattern("$JS.API.CONSUMER.MSG.NEXT.\(name).\($0.name)") }
        if let next = try? Pattern("$JS.API.CONSUMER.MSG.NEXT.\(name).*") {
            result.append(
                StreamDoor(
                    requests: SubjectSet([next], except: declared), text: "an undeclared consumer of \(name)",
                    stream: self, kind: .next))
        }
        return result
    }
}

import Subjects

/// A way to get what a stream holds, or to have it sent somewhere: a subject to publish a request on.
struct StreamDoor: Sendable {
    /// What has to be published to go through it.
    let requests: SubjectSet
    /// What stands on it, for people.
    let text: String
    /// The stream; nil for any that is not declared.
    let stream: AccessGraph.Stream?
    /// What comes out.
    let gives: SubjectSet
    let choice: Choice
    /// Whether whoever goes through it says where messages are delivered to.
    var isOpen = false
    /// What has to be published besides, on the way through; nil for nothing.
    var besides: SubjectSet?
    /// Whether it can be performed with nothing but the request: a snapshot is packed, and has to be unpacked.
    var isShown = true

    /// What of ``gives`` comes out.
    enum Choice: Sendable {
        /// Whatever is wanted.
        case any
        /// What the request's subject has from some token on.
        case tail(from: Int)
        /// What a filter with wildcards at the end of the request's subject fits: `*` in a permission fits a filter's `>`.
        case filter(from: Int)
    }
}

extension StreamDoor {
    /// What the request has to be, and what of the stream then comes out, for somebody whose request would be this one.
    ///
    /// - Parameter published: what may be published where the stream is; nil where the request comes there by mappings or
    ///   imports, which change it.
    /// - Returns: nil where nothing comes out.
    func choose(_ request: String, _ published: SubjectSet?) -> (request: String, kept: String)? {
        let tokens = request.split(separator: ".").map(String.init)
        switch choice {
        case .any:
            guard let subject = (try? gives.witness()) ?? nil else { return nil }
            return (Self.asServersSend(request, published), String(decoding: subject, as: UTF8.self))
        case .tail(from: let count):
            let subject = tokens.dropFirst(count).joined(separator: ".")
            guard !subject.isEmpty, gives.contains(Array(subject.utf8).span) else { return nil }
            return (request, subject)
        case .filter(from: let count):
            guard let published, let subject = (try? gives.witness()) ?? nil else { return nil }
            let kept = String(decoding: subject, as: UTF8.self)
            let head = tokens.prefix(count)
            let rest = kept.split(separator: ".").map(String.init)
            for length in rest.indices {
                let asked = (head + rest.prefix(length) + [">"]).joined(separator: ".")
                if published.contains(Array(asked.utf8).span) { return (asked, kept) }
            }
            return nil
        }
    }
}

extension StreamDoor {
    /// An acknowledgement as a server would have it, if that may be published: which message it is for does not matter.
    private static func asServersSend(_ request: String, _ published: SubjectSet?) -> String {
        let tokens = request.split(separator: ".")
        guard request.hasPrefix("$JS.ACK."), tokens.count > 4, let published else { return request }
        let whole = (tokens.prefix(4) + ["1", "1", "1", "1", "0"]).joined(separator: ".")
        return published.contains(Array(whole.utf8).span) ? whole : request
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
        return result + (try undeclaredDoors(to: wanted)) + streamDoors(to: wanted)
    }

    /// Doors that lead to any subject of the account: whoever makes consumers or streams says where they deliver to.
    func openDoors() throws(SubjectsTooLarge) -> [StreamDoor] {
        guard hasJetStream else { return [] }
        var result: [StreamDoor] = []
        for stream in streams { result += try stream.consumerDoors(to: stream.subjects) }
        result += try undeclaredDoors(to: .everything).filter(\.isOpen)
        return result + streamDoors(to: .everything)
    }

    /// Doors of those who make or change streams.
    var makers: [StreamDoor] { hasJetStream ? streamDoors(to: .everything) : [] }

    /// Whoever makes or changes a stream has it take in what it likes, or copy another, and send that on.
    private func streamDoors(to wanted: SubjectSet) -> [StreamDoor] {
        let declared = streams.map { stream in
            StreamDoor(
                requests: SubjectSet([try? Pattern("$JS.API.STREAM.UPDATE.\(stream.name)")].compactMap(\.self)),
                text: "a change of \(stream.name)", stream: stream, gives: wanted, choice: .any, isOpen: true)
        }
        let made = ["STREAM.CREATE", "STREAM.UPDATE"].compactMap { try? Pattern("$JS.API.\($0).*") }
        let changed = streams.compactMap { try? Pattern("$JS.API.STREAM.UPDATE.\($0.name)") }
        let restored = SubjectSet([try? Pattern("$JS.API.STREAM.RESTORE.*")].compactMap(\.self))
        return declared + [
            StreamDoor(
                requests: SubjectSet(made, except: changed), text: "STREAM.CREATE", stream: nil, gives: wanted,
                choice: .any, isOpen: true),
            // From a snapshot of one's own comes a stream that is as one likes.
            StreamDoor(
                requests: restored, text: "STREAM.RESTORE", stream: nil, gives: wanted, choice: .any, isOpen: true,
                besides: SubjectSet([try? Pattern("$JS.SNAPSHOT.RESTORE.>")].compactMap(\.self)), isShown: false),
        ]
    }

    /// A stream that no file declares may hold everything.
    private func undeclaredDoors(to wanted: SubjectSet) throws(SubjectsTooLarge) -> [StreamDoor] {
        let filters = try wanted.leastPatterns().map { ".\($0)" }
        func door(
            _ verbs: [String], _ tails: [String], _ text: String, _ choice: StreamDoor.Choice = .any,
            isOpen: Bool = false, isShown: Bool = true
        ) -> StreamDoor {
            let all = verbs.flatMap { verb in tails.compactMap { try? Pattern("$JS.API.\(verb).*\($0)") } }
            let declared = streams.flatMap { stream in
                verbs.flatMap { verb in tails.compactMap { try? Pattern("$JS.API.\(verb).\(stream.name)\($0)") } }
            }
            return StreamDoor(
                requests: SubjectSet(all, except: declared), text: text, stream: nil, gives: wanted, choice: choice,
                isOpen: isOpen, isShown: isShown)
        }
        let acknowledging = StreamDoor(
            requests: SubjectSet(
                ["$JS.ACK.>"].compactMap { try? Pattern($0) },
                except: streams.compactMap { try? Pattern("$JS.ACK.\($0.name).>") }),
            text: "acknowledging with +NXT", stream: nil, gives: wanted, choice: .any)
        return [
            acknowledging,
            door(["STREAM.SNAPSHOT"], [""], "STREAM.SNAPSHOT", isOpen: true, isShown: false),
            door(["STREAM.MSG.GET", "DIRECT.GET"], [""], "STREAM.MSG.GET"),
            door(["DIRECT.GET"], filters, "DIRECT.GET", .tail(from: 5)),
            door(["CONSUMER.MSG.NEXT"], [".*"], "CONSUMER.MSG.NEXT"),
            door(["CONSUMER.CREATE"], ["", ".*"], "CONSUMER.CREATE", isOpen: true),
            door(["CONSUMER.DURABLE.CREATE"], [".*"], "CONSUMER.DURABLE.CREATE", isOpen: true),
            door(["CONSUMER.CREATE"], filters.map { ".*\($0)" }, "CONSUMER.CREATE", .tail(from: 6), isOpen: true),
            door(["CONSUMER.CREATE"], [".*.>"], "CONSUMER.CREATE", .filter(from: 6), isOpen: true),
        ]
    }
}

extension AccessGraph.Stream {
    private func requests(_ texts: [String]) -> SubjectSet {
        SubjectSet(texts.compactMap { try? Pattern("$JS.API.\($0)") })
    }

    /// Who makes a consumer has it deliver what it passes to anywhere. A filter in the request's subject is all that it
    /// passes.
    func consumerDoors(to held: SubjectSet) throws(SubjectsTooLarge) -> [StreamDoor] {
        let filters = try held.leastPatterns()
        func door(_ texts: [String], _ choice: StreamDoor.Choice) -> StreamDoor {
            StreamDoor(
                requests: requests(texts), text: "a consumer of \(name)", stream: self, gives: held, choice: choice,
                isOpen: true)
        }
        return [
            door(
                ["CONSUMER.CREATE.\(name)", "CONSUMER.CREATE.\(name).*", "CONSUMER.DURABLE.CREATE.\(name).*"], .any),
            door(filters.map { "CONSUMER.CREATE.\(name).*.\($0)" }, .tail(from: 6)),
            door(["CONSUMER.CREATE.\(name).*.>"], .filter(from: 6)),
            StreamDoor(
                requests: requests(["STREAM.SNAPSHOT.\(name)"]), text: "a snapshot of \(name)", stream: self,
                gives: held,
                choice: .any, isOpen: true, isShown: false),
        ]
    }

    /// - Parameter held: what is wanted of what the stream holds.
    fileprivate func doors(to held: SubjectSet) throws(SubjectsTooLarge) -> [StreamDoor] {
        func door(
            _ texts: [String], _ text: String, _ gives: SubjectSet, _ choice: StreamDoor.Choice = .any
        ) -> StreamDoor {
            StreamDoor(requests: requests(texts), text: text, stream: self, gives: gives, choice: choice)
        }
        var result = try consumerDoors(to: held)
        result.append(door(["STREAM.MSG.GET.\(name)", "DIRECT.GET.\(name)"], "messages of \(name)", held))
        result.append(
            door(
                try held.leastPatterns().map { "DIRECT.GET.\(name).\($0)" },
                "the last message of \(name) on a subject", held, .tail(from: 5)))
        for consumer in consumers {
            let given = try consumer.filter.intersection(held)
            guard try !given.isEmpty() else { continue }
            result.append(nextDoor(consumer.name, "the consumer \(consumer.name) of \(name)", given))
        }
        // A consumer that no file declares may deliver all of it.
        result.append(nextDoor("*", "an undeclared consumer of \(name)", held, except: consumers.map(\.name)))
        return result
    }

    /// The next messages of a consumer: asked for, or with an acknowledgement that says `+NXT`.
    private func nextDoor(
        _ consumer: String, _ text: String, _ gives: SubjectSet, except others: [String] = []
    ) -> StreamDoor {
        func requests(_ consumer: String) -> [Pattern] {
            ["$JS.API.CONSUMER.MSG.NEXT.\(name).\(consumer)", "$JS.ACK.\(name).\(consumer).>"]
                .compactMap { try? Pattern($0) }
        }
        return StreamDoor(
            requests: SubjectSet(requests(consumer), except: others.flatMap(requests)), text: text, stream: self,
            gives: gives, choice: .any)
    }

    /// As it would be declared to a server.
    var declaration: StreamPerformance.Stream {
        func patterns(_ set: SubjectSet) -> [String] {
            let texts = ((try? set.leastPatterns()) ?? []).map(\.description)
            return texts == [">"] ? [] : texts
        }
        return StreamPerformance.Stream(
            name: name, subjects: patterns(subjects),
            consumers: consumers.map { .init(name: $0.name, filters: patterns($0.filter)) })
    }
}

extension StreamDoor {
    /// Whether somebody's requests may lead through it at all.
    func fits(_ holder: Holder) -> Bool {
        guard holder.coverage != .atMost else { return true }
        if let besides, (try? requests.overlaps(holder.sets.publish)) == true,
            (try? besides.overlaps(holder.sets.publish)) == false
        {
            return false
        }
        guard case .filter = choice else { return true }
        let request = ((try? requests.intersection(holder.sets.publish).witness()) ?? nil).map {
            String(decoding: $0, as: UTF8.self)
        }
        // Through a mapping or an import the request may be another: that is not ruled out here.
        guard let request else { return true }
        return choose(request, holder.sets.publish) != nil
    }

    /// What has to be in the stream for it to be seen; empty where anything does.
    func kept(_ chosen: String) -> String {
        if case .any = choice { "" } else { chosen }
    }
}

import Policy

/// What JetStream has to be told so that a stream gives out what it holds.
struct JetStreamRequest {
    /// Done by the stream's owner before: streams and consumers are made as the files declare them.
    private(set) var preparations: [(subject: String, body: String)] = []
    /// What the holder sends.
    private(set) var body = ""
    /// A subject that the stream takes in.
    private(set) var kept: String

    private let performance: StreamPerformance
    private let target: String

    /// - Parameter target: where messages are to come to.
    init(_ performance: StreamPerformance, target: String) {
        self.performance = performance
        self.target = target
        // $JS.API.STREAM.MSG.GET.S, $JS.API.DIRECT.GET.S, $JS.API.CONSUMER.MSG.NEXT.S.C, $JS.API.CONSUMER.CREATE.S and so on.
        let tokens = performance.request.split(separator: ".").dropFirst(2).map(String.init)
        func token(_ index: Int) -> String? { tokens.indices.contains(index) ? tokens[index] : nil }
        kept = performance.kept
        // $JS.ACK.S.C and more.
        if performance.request.hasPrefix("$JS.ACK.") {
            prepare(token(0) ?? "x1")
            prepare(token(1) ?? "c", of: token(0) ?? "x1")
            body = "+NXT"
            return
        }
        switch (token(0), token(1)) {
        case ("STREAM", "MSG"):
            prepare(token(3) ?? "x1")
            body = "{\"last_by_subj\":\(Self.quoted(kept))}"
        case ("STREAM", let verb):
            republish(token(2) ?? "x1", isMade: verb == "UPDATE")
        case ("DIRECT", _):
            prepare(token(2) ?? "x1")
            body = tokens.count > 3 ? "" : "{\"last_by_subj\":\(Self.quoted(kept))}"
        case ("CONSUMER", "MSG"):
            let (stream, consumer) = (token(3) ?? "x1", token(4) ?? "c")
            prepare(stream)
            prepare(consumer, of: stream)
            body = "{\"batch\":10,\"expires\":1000000000}"
        case ("CONSUMER", "DURABLE"):
            prepare(token(3) ?? "x1")
            deliver(token(3) ?? "x1", ",\"durable_name\":\(Self.quoted(token(4) ?? "c"))")
        default:
            let stream = token(2) ?? "x1"
            let filter = tokens.dropFirst(4).joined(separator: ".")
            prepare(stream)
            let name = token(3).map { ",\"name\":\(Self.quoted($0))" } ?? ""
            deliver(stream, name + (filter.isEmpty ? "" : ",\"filter_subject\":\(Self.quoted(filter))"))
        }
    }

    /// Requests that make streams as they are declared; one that does not say what it takes in is left out.
    static func declarations(of streams: [StreamPerformance.Stream]) -> [(subject: String, body: String)] {
        streams.filter { !$0.subjects.isEmpty }.map {
            ("$JS.API.STREAM.CREATE.\($0.name)", stream($0.name, $0.subjects) + "}")
        }
    }

    // MARK: Streams

    private func declared(_ name: String) -> StreamPerformance.Stream? {
        performance.streams.first { $0.name == name }
    }

    /// Makes a stream as it is declared, or for what is not declared one that holds what is wanted.
    private mutating func prepare(_ name: String) {
        var subjects = declared(name)?.subjects ?? []
        if kept.isEmpty { kept = subjects.first.map(Self.filled) ?? "leak.scratch" }
        if subjects.isEmpty { subjects = [kept] }
        preparations.append(("$JS.API.STREAM.CREATE.\(name)", Self.stream(name, subjects) + "}"))
    }

    private mutating func prepare(_ consumer: String, of stream: String) {
        let filters = declared(stream)?.consumers.first { $0.name == consumer }?.filters ?? []
        let filter =
            switch filters.count {
            case 0: ""
            case 1: ",\"filter_subject\":\(Self.quoted(filters[0]))"
            default: ",\"filter_subjects\":\(Self.list(filters))"
            }
        preparations.append(
            (
                "$JS.API.CONSUMER.DURABLE.CREATE.\(stream).\(consumer)",
                "{\"stream_name\":\"\(stream)\",\"config\":{\"durable_name\":\"\(consumer)\",\"ack_policy\":\"explicit\"\(filter)}}"
            ))
    }

    /// A consumer that delivers to the target.
    private mutating func deliver(_ stream: String, _ members: String) {
        body =
            "{\"stream_name\":\"\(stream)\",\"config\":{\"deliver_subject\":\(Self.quoted(target)),\"ack_policy\":\"none\"\(members)}}"
    }

    /// A stream that takes in what is wanted, or copies the one that has it, and sends it on to the target.
    private mutating func republish(_ name: String, isMade: Bool) {
        let own = declared(name)
        var subjects = own?.subjects ?? []
        if kept.isEmpty { kept = subjects.first.map(Self.filled) ?? "leak.scratch" }
        if isMade {
            let before = subjects.isEmpty ? ["leak.before"] : subjects
            preparations.append(("$JS.API.STREAM.CREATE.\(name)", Self.stream(name, before) + "}"))
        }
        let other = performance.streams.first { $0.name != name && $0.takes(kept) }
        var sources = ""
        if let other {
            preparations.append(("$JS.API.STREAM.CREATE.\(other.name)", Self.stream(other.name, other.subjects) + "}"))
            sources = ",\"sources\":[{\"name\":\"\(other.name)\"}]"
        } else if own?.takes(kept) != true {
            subjects.append(kept)
        }
        body =
            Self.stream(name, subjects) + sources
            + ",\"republish\":{\"src\":\(Self.quoted(kept)),\"dest\":\(Self.quoted(target))}}"
    }

    // MARK: Texts

    /// A stream's declaration, without its end.
    private static func stream(_ name: String, _ subjects: [String]) -> String {
        "{\"name\":\"\(name)\"" + (subjects.isEmpty ? "" : ",\"subjects\":\(list(subjects))")
            + ",\"storage\":\"memory\",\"allow_direct\":true"
    }

    private static func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ","))]" }

    /// A text as JSON has it: subjects may have quotes in them.
    private static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    /// A subject of a pattern.
    private static func filled(_ pattern: String) -> String {
        pattern.split(separator: ".").map { $0 == "*" || $0 == ">" ? "x1" : String($0) }.joined(separator: ".")
    }
}

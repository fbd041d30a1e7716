import Wire

/// Which requests to a service are measured, and where the measurements go: what its export says in `latency`.
struct LatencySampling: Sendable {
    /// Per cent of the requests, from 1 to 100; 0 for those alone whose headers ask for it.
    let share: Int
    /// The subject, in the exporting account.
    let results: [UInt8]

    /// What a request says of the trace that it is a part of, as it stands in a measurement.
    typealias TraceHeaders = [(name: String, values: [String])]

    /// Longer blocks of headers are not looked at.
    private static let readableBlock = 16 << 10

    /// Whether a request is measured, and the headers that asked for it; nil where it is not.
    func sample(_ headers: Span<UInt8>, using random: inout QuickRandom) -> TraceHeaders? {
        if share > 0, random.next(below: 100) < share { return [] }
        guard headers.count > 0, headers.count <= Self.readableBlock, let read = try? Headers(block: copied(headers))
        else { return nil }
        return Self.traceHeaders(read)
    }

    /// The headers of a trace that wants to be sampled, in the forms of Jaeger, Zipkin and the W3C. The first form that is
    /// there decides.
    static func traceHeaders(_ headers: Headers) -> TraceHeaders? {
        var found: [String: [String]] = [:]
        for field in headers.fields { found[canonical(field.name), default: []].append(field.value) }
        func chosen(_ isChosen: (String) -> Bool) -> TraceHeaders {
            found.filter { isChosen($0.key) }.sorted { $0.key < $1.key }.map { (name: $0.key, values: $0.value) }
        }
        if let value = found["Uber-Trace-Id"]?.first {
            return isSampled(jaeger: value) ? chosen { $0 == "Uber-Trace-Id" || $0.hasPrefix("Uberctx-") } : nil
        }
        let sampled = found["X-B3-Sampled"]?.first
        if sampled == "0" { return nil }
        if sampled == "1" || found["X-B3-Traceid"] != nil { return chosen { $0.hasPrefix("X-B3-") } }
        if let value = found["B3"]?.first {
            return isDenied(b3: value) ? nil : chosen { $0 == "B3" }
        }
        if let value = found["Traceparent"]?.first {
            let parts = value.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[3] == "01" else { return nil }
            return chosen { $0 == "Traceparent" || $0 == "Tracestate" }
        }
        return nil
    }

    /// `trace:span:parent:flags`, the flags one or two hexadecimal digits.
    private static func isSampled(jaeger value: String) -> Bool {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, (1...2).contains(parts[3].utf8.count), let flags = UInt8(parts[3], radix: 16) else {
            return false
        }
        return flags & 1 == 1
    }

    /// `0` alone, or `trace-span-0`.
    private static func isDenied(b3 value: String) -> Bool {
        let parts = value.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 1 ? parts[0] == "0" : parts.count > 2 && parts[2] == "0"
    }

    /// The name with a capital at the beginning of each of its words and nowhere else.
    private static func canonical(_ name: String) -> String {
        var result: [UInt8] = []
        var isFirst = true
        for byte in name.utf8 {
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            result.append(isLetter ? (isFirst ? byte & 0xDF : byte | 0x20) : byte)
            isFirst = byte == UInt8(ascii: "-")
        }
        return String(decoding: result, as: UTF8.self)
    }
}

import Testing
import Wire

@testable import Broker

/// Which requests are measured because their headers ask for it.
@Suite struct LatencySamplingTests {
    @Test(arguments: [
        ("Uber-Trace-Id", "1:2:3:1"), ("uber-trace-id", "1:2:3:05"), ("X-B3-Sampled", "1"), ("x-b3-traceid", "abc"),
        ("B3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"), ("b3", "d"), ("B3", "1"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ])
    func asksForIt(_ name: String, _ value: String) throws {
        var headers = Headers()
        try headers.append("Other", "x")
        try headers.append(name, value)
        let found = LatencySampling.traceHeaders(headers)
        #expect(found?.map(\.values) == [[value]])
    }

    @Test(arguments: [
        ("Uber-Trace-Id", "1:2:3:2"), ("Uber-Trace-Id", "1:2:3:"), ("Uber-Trace-Id", "1:2:3:111"),
        ("X-B3-Sampled", "0"), ("X-B3-SpanId", "1"), ("B3", "0"), ("B3", "a-b-0"), ("traceparent", "00-a-b-00"),
        ("traceparent", "01"), ("Other", "1"),
    ])
    func doesNot(_ name: String, _ value: String) throws {
        var headers = Headers()
        try headers.append(name, value)
        #expect(LatencySampling.traceHeaders(headers) == nil)
    }

    @Test func theWholeTraceIsTold() throws {
        var headers = Headers()
        for (name, value) in [("uberctx-x", "y"), ("UBER-TRACE-ID", "1:2:3:1"), ("B3", "0")] {
            try headers.append(name, value)
        }
        let found = try #require(LatencySampling.traceHeaders(headers))
        #expect(found.map(\.name) == ["Uber-Trace-Id", "Uberctx-X"])
    }

    @Test func sharesAreKept() {
        var random = QuickRandom()
        func sampled(_ share: Int) -> Int {
            let sampling = LatencySampling(share: share, results: [])
            return (0..<2000).count { _ in sampling.sample([UInt8]().span, using: &random) != nil }
        }
        #expect(sampled(100) == 2000)
        #expect(sampled(0) == 0)
        #expect((200...1000).contains(sampled(30)))
    }
}

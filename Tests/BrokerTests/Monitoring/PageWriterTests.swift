import Claims
import Testing

@testable import Broker

@Suite struct PageWriterTests {
    private static func text(_ isIndented: Bool, _ fill: (inout PageWriter) -> Void) -> String {
        var writer = PageWriter(isIndented: isIndented)
        writer.object(fill)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func sample(_ writer: inout PageWriter) {
        writer.add("a", 1)
        writer.object("none") { _ in }
        writer.add("empty", [String]())
        writer.list("some", [1, 2]) { writer, number in writer.object { $0.add("n", number) } }
        writer.add("half", 0.5)
        writer.add("whole", 2.0)
        writer.addNull("null")
    }

    @Test func membersComeInTheirOrder() {
        #expect(
            Self.text(false, Self.sample)
                == #"{"a":1,"none":{},"empty":[],"some":[{"n":1},{"n":2}],"half":0.5,"whole":2,"null":null}"#)
    }

    @Test func peopleGetLines() {
        #expect(
            Self.text(true) { writer in
                writer.add("a", true)
                writer.list("b", [1]) { writer, _ in writer.element("x") }
                writer.object("c") { _ in }
            } == "{\n  \"a\": true,\n  \"b\": [\n    \"x\"\n  ],\n  \"c\": {}\n}")
    }

    @Test func textsAreEscapedAsByServers() {
        let text = Self.text(false) { $0.add("a.>", "<&>\"\\\n\u{1}\u{2028}é") }
        #expect(text == #"{"a.\u003e":"\u003c\u0026\u003e\"\\\n\u0001\u2028é"}"#)
    }

    @Test(arguments: [
        (0, "0s"), (59_999_999_999, "59s"), (61_000_000_000, "1m1s"), (3_600_000_000_000, "1h0m0s"),
        (90_061_000_000_000, "1d1h1m1s"), (31_536_000_000_000_000, "1y0d0h0m0s"), (-5, "0s"),
    ])
    func timesAreInServersWords(nanoseconds: Int64, text: String) {
        #expect(ElapsedTime.uptime(nanoseconds) == text)
    }

    @Test(arguments: [
        (500, "500ns"), (643_999, "643µs"), (1_500_000, "1.5ms"), (2_001_000_000, "2.001s"), (3_000_000, "3ms"),
    ])
    func roundTripsAreInServersWords(nanoseconds: Int64, text: String) {
        #expect(ElapsedTime.roundTrip(nanoseconds) == text)
    }

    @Test func datesAreThoseOfHTTP() {
        #expect(HTTPDate.text(1_795_687_290_000_000_000) == "Thu, 26 Nov 2026 10:01:30 GMT")
        #expect(HTTPDate.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    @Test(arguments: [
        (0..<10, [0..<3, 0..<0, 0..<4]), (2..<4, [2..<3, 0..<0, 0..<1]), (3..<5, [3..<3, 0..<0, 0..<2]),
        (9..<Int.max, [3..<3, 0..<0, 4..<4]),
    ])
    func aRangeIsSharedOut(range: Range<Int>, shares: [Range<Int>]) {
        #expect(ControlPlane.shares(of: range, [3, 0, 4]) == shares)
    }
}

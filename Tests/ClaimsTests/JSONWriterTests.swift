import Testing

@testable import Claims

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test("texts are escaped as the reference does")
    func escapes() {
        func written(_ text: String) -> String {
            var writer = JSONWriter()
            writer.write(text)
            return writer.text
        }
        #expect(written("a/b\u{7F}é😀") == "\"a/b\u{7F}é😀\"")
        #expect(written("<>&") == #""\u003c\u003e\u0026""#)
        #expect(written("\"\\") == #""\"\\""#)
        #expect(written("\u{8}\u{C}\n\r\t\u{0}\u{1F}") == #""\b\f\n\r\t\u0000\u001f""#)
        #expect(written("\u{2028}\u{2029}\u{2027}") == "\"\\u2028\\u2029\u{2027}\"")
    }

    /// Texts of the reference's number formatter.
    @Test(
        "numbers have the fewest digits and an exponent only where the reference has one",
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-12.5, "-12.5"), (1e9, "1000000000"), (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (1.5e300, "1.5e+300"), (0.000001, "0.000001"), (1e-7, "1e-7"), (5e-324, "5e-324"),
            (123456789.125, "123456789.125"), (9007199254740993, "9007199254740992"), (0.1, "0.1"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(JSONNumber.text(value) == text)
    }

    @Test("members are left out when empty, and objects keep their order")
    func members() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("z", "")
        writer.member("y", 0)
        writer.member("x", false)
        writer.member("w", [String]())
        writer.member("v", "1")
        writer.member("a", 2)
        writer.name("o")
        writer.beginObject()
        writer.endObject()
        writer.member("t", true)
        writer.member("l", ["p", "q"])
        writer.endObject()
        #expect(writer.text == #"{"v":"1","a":2,"o":{},"t":true,"l":["p","q"]}"#)
    }

    @Test("names of data are sorted by their bytes")
    func sorting() {
        let value = JSONValue.object(["b": .null, "a": .null, "é": .null, "Z": .null, "😀": .null, "\u{FFFD}": .null])
        #expect(
            String(decoding: value.jsonBytes, as: UTF8.self)
                == "{\"Z\":null,\"a\":null,\"b\":null,\"é\":null,\"\u{FFFD}\":null,\"😀\":null}")
    }
}

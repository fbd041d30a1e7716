import Testing
import Wire

/// What clients read in `-ERR` lines: one line, whatever a subject is made of.
@Suite struct ErrorLineTests {
    @Test(
        "bytes are shown as nats-server shows them",
        arguments: [
            (Array("a.b".utf8), #""a.b""#), (Array("a\"\\".utf8), #""a\"\\""#), ([0x0B, 0x07, 0x01], #""\v\a\x01""#),
            ([0x61, 0xFF, 0xC3], #""a\xff\xc3""#), (Array("é…".utf8), "\"é…\""),
            (Array("\u{85}\u{200B}".utf8), #""\u0085\u200b""#),
            ([0xED, 0xA0, 0x80], #""\xed\xa0\x80""#), (Array("😀".utf8), "\"😀\""),
        ])
    func quoted(_ bytes: [UInt8], _ expected: String) {
        #expect(ErrorLine.quoted(bytes) == expected)
    }

    @Test func violations() {
        #expect(ErrorLine.publishViolation([0x61, 0x0A]) == #"Permissions Violation for Publish to "a\n""#)
        #expect(
            ErrorLine.subscriptionViolation(Array("a".utf8), queue: Array("q".utf8), subscription: Array("1".utf8))
                == #"Permissions Violation for Subscription to "a" using queue "q" (sid "1")"#)
    }
}

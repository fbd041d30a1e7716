import Authorization
import Testing

@Suite struct NetworkAddressTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "1.2.3.4", true),
        ("192.168.1.7/32", "192.168.1.7", true), ("192.168.1.7/32", "192.168.1.8", false),
        ("fe80::/10", "fe80::1", true),
        ("fe80::/10", "ff80::1", false), ("::/0", "::1", true), ("::1/128", "::1", true), ("10.0.0.0/8", "::1", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.0/104", "10.9.9.9", true),
        ("2001:db8::/32", "2001:db8:1::5", true),
    ])
    func rangesContain(_ range: String, _ address: String, _ expected: Bool) throws {
        let range = try #require(NetworkRange(range))
        let address = try #require(NetworkAddress(address))
        #expect(range.contains(address) == expected)
    }

    @Test(arguments: [
        "", "10.0.0.0", "10.0.0/8", "10.0.0.0/33", "10.0.0.01/8", "fe80::/129", "fe80::1::/64", "10.0.0.0/-1",
        "10.0.0.0/+8", "a.b.c.d/8", "fe80::%eth0/64", "1:2:3:4:5:6:7:8:9/64", ":::/0", "10.0.0.0/8/8",
    ])
    func malformedRangesAreRefused(_ text: String) {
        #expect(NetworkRange(text) == nil)
    }
}

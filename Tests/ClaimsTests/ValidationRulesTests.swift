import Testing

@testable import Claims

@Suite("Validation rules")
struct ValidationRulesTests {
    @Test(
        "networks in CIDR notation",
        arguments: [
            "10.0.0.0/8", "10.1.2.3/8", "0.0.0.0/0", "255.255.255.255/32", "10.0.0.0/08", "::/0", "::1/128",
            "fe80::/10",
            "1:2:3:4:5:6:7:8/64", "1::8/64", "::ffff:10.0.0.1/96", "2001:DB8::/32", "1:2:3:4:5:6:1.2.3.4/128",
        ])
    func networks(text: String) {
        #expect(NetworkText.isValid(text))
    }

    @Test(
        "what is no network",
        arguments: [
            "", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ", " 10.0.0.0/8",
            "10.0.0/8", "10.0.0.0.0/8", "010.0.0.0/8", "256.0.0.0/8", "10..0.0/8", "a.b.c.d/8", "::/129", "::1",
            "1:2:3:4:5:6:7/64", "1:2:3:4:5:6:7:8:9/64", "1::2::3/64", ":::/64", "12345::/64", "fe80::1%eth0/64",
            "g::/64", ":1:2:3:4:5:6:7/64", "1:2:3:4:5:6:7:8::/64", "1.2.3.4::/64", "::/99999999999999999999",
            "::1.2.3/64", "1:/64", "10.0.0.0/8/8",
        ])
    func noNetworks(text: String) {
        #expect(!NetworkText.isValid(text))
    }

    @Test("times of day")
    func times() {
        for text in ["00:00:00", "8:00:00", "23:59:59", "12:30:15.5", "12:30:15,123456789012"] {
            #expect(TimeOfDayText.isValid(text), "\(text)")
        }
        for text in [
            "", "24:00:00", "12:60:00", "12:00:60", "12:0:00", "12:00:0", "12:00", "12:00:00.", "123:00:00",
            "12:00:00 ", "-1:00:00", "12:00:00.x", "12-00-00",
        ] {
            #expect(!TimeOfDayText.isValid(text), "\(text)")
        }
    }

    @Test("a fraction of a second is cut off")
    func timeFractions() {
        #expect(TimeOfDayText.seconds("1:02:03.999") == 3723)
        #expect(TimeOfDayText.seconds("00:00:00,1") == 0)
        #expect(TimeOfDayText.seconds("+1:02:03") == nil)
    }

    @Test("time zones: the caller knows which exist")
    func timeZones() {
        #expect(TimeZoneNames.fault("", { _ in false }) == nil)
        #expect(TimeZoneNames.fault("UTC", { _ in false }) == nil)
        #expect(TimeZoneNames.fault("Europe/Berlin", { _ in true }) == nil)
        #expect(TimeZoneNames.fault("Europe/Berlin", { _ in false }) == "unknown time zone Europe/Berlin")
        for name in ["/etc/passwd", "\\x", "a/../b", ".."] {
            #expect(TimeZoneNames.fault(name, { _ in true }) == "time: invalid location name")
        }
        #expect(TimeZoneNames.isPlausible("America/Argentina/Buenos_Aires"))
        for name in ["", "a b", "a//b", "a/", "é"] { #expect(!TimeZoneNames.isPlausible(name)) }
    }

    @Test("URLs are taken apart as the reference does")
    func urls() throws {
        let url = try URLText("NATS://user:pw@[::1]:4222/a%20b?q#f")
        #expect(url.scheme == "nats" && url.hasUser && url.hostName == "::1" && url.path == "/a%20b")
        #expect(try URLText("h:4222").scheme == "h")
        #expect(try URLText("tls://h:1").path == "")
        for text in ["http://[fe80::1%25en0]/", "http://[fe80::1%25en%200]:80/", "http://a%C3%A9", "http://a%25b"] {
            #expect(throws: Never.self, "\(text)") { try URLText(text) }
        }
        for text in ["http://[fe80::1%en0]/", "http://[fe80::1%2Fx]/", "http://a%41", "http://[fe80::1%25%2F]/"] {
            #expect(throws: URLText.Fault.self, "\(text)") { try URLText(text) }
        }
        for text in ["http://a b", "http://a:b", ":x", "1:2", "http://[::1", "http://a/%z", "a\u{1}", "http://a@b@c d"]
        {
            #expect(throws: URLText.Fault.self, "\(text)") { try URLText(text) }
        }
    }

    @Test("quoted texts escape what does not print")
    func quoting() {
        #expect(
            quoted("a\"\\\n\u{7}\u{1}\u{7F}é\u{200B}\u{E0001}😀 \u{A0}")
                == ##""a\"\\\n\a\x01\x7fé\u200b\U000e0001😀 \u00a0""##)
    }

    /// The first list of a naive search would take minutes.
    @Test("ten thousand exports and imports are checked in one go")
    func manyElements() {
        var account = AccountClaims(subject: "A")
        account.exports = (0..<10_000).map { Export(subject: "a.b\($0)", type: .service) }
        account.exports.append(Export(subject: "a.*", type: .service))
        account.imports = (0..<10_000).map { Import(subject: "a.b\($0)", account: "B", type: .service) }
        account.imports.append(Import(subject: "a.b5", account: "B", type: .service))
        let issues = account.validate(at: 0).map(\.description)
        #expect(
            issues == [
                #"overlapping subject namespace for "a.b5" and "a.b5" in same account "B""#,
                #"overlapping subject namespace for "a.b5" in account "B""#,
                #"service export subject "a.*" already exports "a.b0""#,
            ])
    }

    @Test("scoped users need nothing set, not even empty lists")
    func emptyLists() throws {
        let scope = UserScope(key: "K")
        let good = #"{"iss":"K","nats":{"pub":{},"resp":null,"subs":0,"tags":[]}}"#
        #expect(throws: Never.self) { try scope.check(UserClaims.of(good)) }
        let members = [
            #""src":[]"#, #""src":"""#, #""times":[]"#, #""allowed_connection_types":[]"#, #""pub":{"allow":[]}"#,
            #""sub":{"deny":[]}"#, #""resp":{}"#, #""subs":1"#, #""bearer_token":true"#, #""times_location":"UTC""#,
            #""proxy_required":true"#,
        ]
        for member in members {
            #expect(throws: ClaimsError.self, "\(member)") {
                try scope.check(UserClaims.of(#"{"iss":"K","nats":{\#(member)}}"#))
            }
        }
    }
}

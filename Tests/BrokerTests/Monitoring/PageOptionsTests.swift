import Testing

@testable import Broker

@Suite struct PageOptionsTests {
    @Test func aQueryIsRead() throws {
        let options = try PageOptions(
            query: "sort=bytes_to&auth=1&subs=detail&offset=3&limit=7&cid=9&state=ANY&user=a%20b&acc=A+B&mqtt_client=m",
            for: .connections)
        #expect(options.order == .bytesTo && options.showsUsers && options.listing == .details)
        #expect(options.offset == 3 && options.limit == 7 && options.connection == 9 && options.state == .any)
        #expect(options.user == "a b" && options.account == "A B" && options.mqttClient == "m")
    }

    @Test func theFirstOfTwoValuesCounts() throws {
        #expect(try PageOptions(query: "limit=1&limit=2", for: .connections).limit == 1)
    }

    @Test(arguments: ["", "&&&", "=", "=&=", "%", "%4", "%zz=1", "a;b=1", "limit=", "unknown=1", "limit%00=1", "?"])
    func whatSaysNothingChangesNothing(query: String) throws {
        #expect(try PageOptions(query: query, for: .connections) == PageOptions())
    }

    @Test(arguments: [
        ("limit=x", "Error decoding int for 'limit': strconv.Atoi: parsing \"x\": invalid syntax"),
        (
            "offset=99999999999999999999",
            "Error decoding int for 'offset': strconv.Atoi: parsing \"99999999999999999999\": value out of range"
        ),
        ("subs=maybe", "Error decoding boolean for 'subs': strconv.ParseBool: parsing \"maybe\": invalid syntax"),
        ("cid=-1", "Error decoding uint64 for 'cid': strconv.ParseUint: parsing \"-1\": invalid syntax"),
        ("state=gone", "Error decoding state for gone"), ("sort=size", "invalid sorting option: size"),
        ("sort=stop", "sort by stop only valid on closed connections"),
        ("sort=reason&state=open", "sort by reason only valid on closed connections"),
    ])
    func whatCannotBeReadIsToldInServersWords(query: String, text: String) {
        #expect(throws: PageRefusal(text, isMalformed: text.hasPrefix("Error"))) {
            try PageOptions(query: query, for: .connections)
        }
    }

    @Test(arguments: [("limit=9223372036854775807", 16_384), ("limit=-5", 1024), ("limit=0", 1024), ("limit=2", 2)])
    func limitsStayInBounds(query: String, limit: Int) throws {
        #expect(try PageOptions(query: query, for: .connections).limit == limit)
        #expect(try PageOptions(query: query, for: .subscriptions).limit == limit)
    }

    @Test func aBodyIsRead() throws {
        let body = try PageRequestBody(
            Array(#"{"Sort":"rtt","AUTH":true,"subscriptions":true,"offset":-4,"limit":5,"state":1,"acc":null}"#.utf8))
        let options = try PageOptions(json: body, for: .connections)
        #expect(options.order == .roundTrip && options.showsUsers && options.listing == .subjects)
        #expect(options.offset == 0 && options.limit == 5 && options.state == .closed && options.account.isEmpty)
    }

    @Test(arguments: [
        #"{"limit":"x"}"#, #"{"limit":1.5}"#, #"{"auth":1}"#, #"{"acc":[]}"#, "[]", "nonsense", "{", #"{"state":7}"#,
        #"{"cid":{}}"#,
    ])
    func aBodyThatIsNoneIsRefused(text: String) {
        #expect(throws: PageRefusal.self) {
            try PageOptions(json: PageRequestBody(Array(text.utf8)), for: .connections)
        }
    }

    @Test(arguments: ["a..b", "a.*", ">", ".", "a."])
    func aTestSubjectHasNoWildcards(subject: String) {
        #expect(throws: PageRefusal("invalid test subject, must be valid publish subject: \(subject)")) {
            try PageOptions(query: "test=\(subject)", for: .subscriptions)
        }
    }

    @Test func refusalsAreShort() {
        #expect(PageRefusal(String(repeating: "x", count: 100_000)).text.count == 256)
    }

    @Test func serversAreFiltered() throws {
        func admits(_ json: String) throws -> Bool {
            try ServerFilter(PageRequestBody(Array(json.utf8))).admits(name: "watched", host: "h", tags: ["a:b"])
        }
        #expect(try admits(""))
        #expect(try admits(#"{"server_name":"wat"}"#))
        #expect(try !admits(#"{"server_name":"wat","exact_match":true}"#))
        #expect(try admits(#"{"server_name":"watched","exact_match":true,"host":"h","tags":["A:B"]}"#))
        #expect(try !admits(#"{"tags":["a:b","x"]}"#))
        #expect(try !admits(#"{"cluster":"c"}"#))
        #expect(try !admits(#"{"domain":"d"}"#))
    }
}

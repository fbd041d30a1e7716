import Testing

@testable import Broker

struct RequestTargetTests {
    @Test(arguments: [
        ("/varz", "/varz", ""), ("/%76arz", "/varz", ""), ("/connz?subs=1?2", "/connz", "subs=1?2"),
        ("http://h/healthz", "/healthz", ""), ("HTTP://h:80/healthz?x=1", "/healthz", "x=1"),
        ("foo://u@[::1]:1/healthz", "/healthz", ""), ("http:/healthz", "/healthz", ""), ("http://h", "", ""),
        ("/healthz%3Fa=1", "/healthz?a=1", ""), ("/a+b", "/a+b", ""), ("/%00", "/\0", ""),
    ])
    func pathsAreTakenOut(text: String, path: String, query: String) throws {
        let target = try #require(RequestTarget(text))
        #expect(target.path == path && target.query == query)
    }

    @Test(arguments: [
        "", "healthz", "*", "?x", "/%zz", "/%", "/%4", "http://[::1/healthz", "http://h:xx/healthz",
        "1http://h/healthz",
        "://h/healthz",
    ])
    func nonsenseIsRefused(text: String) {
        #expect(RequestTarget(text) == nil)
    }

    @Test(arguments: [
        ("//varz", "/varz"), ("/./varz?x=1", "/varz?x=1"), ("/a/../varz", "/varz"), ("/../..", "/"),
        ("/a//b/", "/a/b/"),
        ("http://h//x", "/x"), ("//a%0d%0ab", "/a%0d%0ab"), ("//a\r\nSet-Cookie: b?\n", "/a%0D%0ASet-Cookie:%20b?%0A"),
        ("//..//", "/"),
    ])
    func dotsAndDoubledSlashesLeadElsewhere(text: String, place: String) throws {
        #expect(try #require(RequestTarget(text)).cleaned == place)
    }

    @Test(arguments: ["/", "/varz", "/varz/", "/a.b", "/...", "/%2e%2e/varz", "http://h", "http://h/varz?x=//"])
    func othersStayWhereTheyAre(text: String) throws {
        #expect(try #require(RequestTarget(text)).cleaned == nil)
    }
}

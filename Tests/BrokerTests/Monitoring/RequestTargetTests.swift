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
}

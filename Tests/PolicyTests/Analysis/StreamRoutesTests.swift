import Subjects
import Testing

@testable import Policy

/// Ways through streams, each with what has to be done to see it.
@Suite struct StreamRoutesTests {
    private static func routes(
        _ act: AccessRoute.Act, _ pattern: String, _ role: String, streams: String
    ) throws -> [AccessRoute] {
        let set = try AccessAnalysisTests.set(["A": "streams: { \(streams) }\nroles: { r: { \(role) } }"])
        var analysis = AccessAnalysis(set)
        return analysis.routes(act, SubjectSet([try Pattern(pattern)]), of: "A")
    }

    private static let orders =
        "ORDERS: { subjects: [ \"orders.>\" ], consumers: { bill: { filter: [ orders.*.bill, orders.*.sum ] } } }"

    @Test func `What a consumer gives out passes its filters`() throws {
        let role = "work: [ ORDERS/bill ]"
        let route = try #require(try Self.routes(.receive, "orders.>", role, streams: Self.orders).first)
        #expect(route.subject == "orders.x1.bill")
        guard case .stream(let performed) = try #require(route.performance) else {
            Issue.record("\(route)")
            return
        }
        #expect(performed.kept == "orders.x1.bill")
        #expect(performed.streams.first?.consumers.first?.filters == ["orders.*.bill", "orders.*.sum"])
        #expect(try Self.routes(.receive, "orders.*.ship", role, streams: Self.orders).isEmpty)
    }

    @Test func `A filter in a request's subject is all that the consumer gives out`() throws {
        func subjects(_ filter: String, _ wanted: String = "orders.>") throws -> [String] {
            try Self.routes(
                .receive, wanted, "publish: [ \"$JS.API.CONSUMER.CREATE.ORDERS.c.\(filter)\" ], inbox: private",
                streams: Self.orders
            ).map(\.subject)
        }
        #expect(try subjects("orders.eu.x") == ["orders.eu.x"])
        #expect(try subjects("other") == [])
        #expect(try subjects("orders.eu.x", "orders.us.*") == [])
        // The > of a filter is a token that * fits.
        #expect(try subjects("orders.*", "orders.a.b.c") == ["orders.a.b.c"])
    }

    @Test func `Whoever may change a stream has it take in what it likes`() throws {
        let routes = try Self.routes(.receive, "secret.>", "manage: [ ORDERS ], inbox: private", streams: Self.orders)
        guard case .stream(let performed)? = routes.first?.performance else {
            Issue.record("\(routes)")
            return
        }
        #expect(performed.request == "$JS.API.STREAM.UPDATE.ORDERS" && performed.kept == "secret.x1")
    }

    @Test func `Acknowledgements ask for more, snapshots hold everything, and what is restored is as one likes`() throws
    {
        func rules(_ publish: String, _ wanted: String) throws -> [AccessRoute] {
            try Self.routes(
                .receive, wanted, "publish: [ \(publish) ], subscribe: [ mine ]", streams: Self.orders)
        }
        let more = try rules("\"$JS.ACK.ORDERS.bill.>\"", "orders.>")
        #expect(more.map(\.label) == ["by stream"] && more.first?.subject == "orders.x1.bill")
        guard case .stream? = more.first?.performance else { return _ = Issue.record("\(more)") }
        #expect(try rules("\"$JS.ACK.ORDERS.bill.>\"", "orders.x.ship").isEmpty)
        #expect(try rules("\"$JS.ACK.ORDERS.other.>\"", "orders.x.ship").map(\.label) == ["by stream"])

        let packed = try rules("$JS.API.STREAM.SNAPSHOT.ORDERS", "orders.x.ship")
        #expect(packed.map(\.label) == ["by stream"] && packed.first?.performance == nil)
        #expect(try rules("$JS.API.STREAM.SNAPSHOT.ORDERS", "secret").isEmpty)

        let restored = "$JS.API.STREAM.RESTORE.NEW"
        #expect(try rules(restored, "secret").isEmpty)
        #expect(try rules(restored + ", $JS.SNAPSHOT.RESTORE.NEW.*", "secret").map(\.label) == ["by stream"])
    }

    @Test func `Whoever makes a stream has it copy what its account may ask of another one's JetStream`() throws {
        func receivers(_ role: String, _ imports: String) throws -> [String] {
            let set = try AccessAnalysisTests.set([
                "B": """
                exports: [ { service: $JS.API.CONSUMER.CREATE.ORDERS }, { stream: "dlv.>" } ]
                streams: { \(Self.orders) }
                """,
                "C": """
                imports: [ { service: $JS.API.CONSUMER.CREATE.ORDERS, from: B, as: JSB.CONSUMER.CREATE.ORDERS }\(imports) ]
                streams: { X: { subjects: [ "x.>" ], consumers: { c: {} } } }
                roles: { r: { \(role) } }
                """,
            ])
            return try AccessAnalysisTests.routes(.receive, "orders.a.bill", of: "B", in: set)
        }
        let heard = ", { stream: \"dlv.>\", from: B }"
        #expect(try receivers("manage: [ X ]", heard) == ["C/r by stream, by import orders.a.bill [every holder]"])
        #expect(try receivers("manage: [ X ]", "") == [])
        #expect(try receivers("work: [ X/c ]", heard) == [])
    }

    @Test func `A stream that says nothing of its subjects may take in everything`() throws {
        let role = "work: [ S/c ]"
        #expect(try !Self.routes(.receive, "secret", role, streams: "S: { consumers: { c: {} } }").isEmpty)
    }

    @Test func `What streams answer goes anywhere, since nats-server has them`() throws {
        let routes = try Self.routes(.publish, "secret", "publish: [ orders.in ]", streams: Self.orders)
        #expect(routes.map(\.label) == ["by reply"])
    }

    @Test func `A step leads to the rule, and not to its role`() throws {
        let set = try AccessAnalysisTests.set([
            "A": """
            roles:
              r:
                publish:
                  - b.c
                  - "a.{{name()}}"
                subscribe: [ d, e ]
                queue:
                  f: [ g ]
                inbox: role
            """
        ])
        var analysis = AccessAnalysis(set)
        func line(_ act: AccessRoute.Act, _ text: String) throws -> Int? {
            analysis.routes(act, try #require(AccessQuestion(text)), of: "A").first?.steps
                .last { $0.position != nil }?.position?.line
        }
        #expect(try line(.publish, "a.*") == 7)
        #expect(try line(.publish, "b.c") == 6)
        #expect(try line(.receive, "e") == 8)
        #expect(try line(.receive, "f") == 10)
    }
}

import Claims
import Foundation
import NKeys
import Subjects
import TestSupport
import Testing

@testable import Policy

/// Accounts that are written out as files come back as they were.
@Suite struct PolicyExporterTests {
    /// All of them for `make prove`, a twentieth otherwise.
    private static let accounts = ProcessInfo.processInfo.environment["CHANCERY_PROVE"] == nil ? 25 : 500

    @Test func `Generated accounts come back equal in all of their claims`() throws {
        var random = SeededGenerator.announced("exported accounts")
        for number in 0..<Self.accounts {
            var generator = RandomAccount(random: SeededGenerator(seed: random.next()))
            let (exporter, claims) = (generator.named("B"), generator.account("A", importing: generator.named("B")))
            try Self.expectRoundTrip(of: claims, beside: exporter, "account \(number)")
            try Self.expectRoundTrip(of: Self.read(claims), beside: Self.read(exporter), "JWT of account \(number)")
        }
    }

    private static let operatorKey = KeyPair.generate(.operator)

    /// The claims as they are in the account's JWT.
    private static func read(_ claims: AccountClaims) throws -> AccountClaims {
        try AccountClaims.decode(claims.encode(signedBy: operatorKey, at: 1_700_000_000))
    }

    private static func expectRoundTrip(
        of claims: AccountClaims, beside exporter: AccountClaims, _ what: String
    ) throws {
        let sources = [claims, exporter].map { PolicyExporter.Source(claims: $0) }
        let files = try PolicyExporter.files(of: sources, operator: "O")
        let texts = Dictionary(files.map { ($0.name, Array($0.text.utf8)) }, uniquingKeysWith: { first, _ in first })
        let set = try PolicySet(PolicyTexts(files: texts, environment: nil))
        let compiled = try #require(set.compiled("A"))
        let back = try compiled.claims(sources[0].keys([exporter.subject: "B"]), on: claims).canonical
        // Who signed a JWT and when is no part of what it says.
        var canonical = claims.canonical
        canonical.common = CommonClaims(
            name: claims.name, subject: claims.subject, expires: claims.expires, notBefore: claims.notBefore)
        #expect(try back.json() == canonical.json(), "\(what):\n\(files[1].text)")
        #expect(compiled.description == claims.description)
        for scope in claims.signingKeys.compactMap(\.scope) where !scope.description.isEmpty {
            #expect(compiled.descriptions["role \(scope.role)"] == scope.description)
        }
    }

    @Test func `A role that says nothing means the same again, in the file too`() throws {
        let exporter = AccountClaims(subject: KeyPair.generate(.account).publicKey.text, name: "B")
        var claims = AccountClaims(subject: KeyPair.generate(.account).publicKey.text, name: "A")
        claims.defaultPermissions = Permissions(
            publish: Permission(allow: ["d.>"]), subscribe: Permission(allow: ["d.*"], deny: ["d.z"]))
        claims.setSigningKey(.scope(UserScope(key: KeyPair.generate(.account).publicKey.text, role: "empty")))
        try Self.expectRoundTrip(of: claims, beside: exporter, "an empty role")
        let sources = [claims, exporter].map { PolicyExporter.Source(claims: $0) }
        let files = try PolicyExporter.files(of: sources, operator: "O")
        let texts = Dictionary(files.map { ($0.name, Array($0.text.utf8)) }, uniquingKeysWith: { first, _ in first })
        let set = try PolicySet(PolicyTexts(files: texts, environment: nil))
        for engine in [Engine.broker, .natsServer] {
            func routes(_ act: AccessRoute.Act, _ subject: String) throws -> [String] {
                try AccessAnalysisTests.routes(act, subject, of: "A", in: set, engine: engine)
            }
            #expect(try routes(.publish, "d.x").contains("A/empty direct d.x [every holder]"))
            #expect(try !routes(.publish, "u.y").contains { $0.contains("direct") })
            #expect(try routes(.receive, "d.z") == [])
        }
    }

    @Test func `What the language has words for is said in them`() throws {
        var claims = AccountClaims(subject: "A", name: "A")
        claims.limits.payload = 1024
        claims.exports = [Export(name: "s.>", subject: "s.>", type: .stream)]
        claims.mappings["m"] = [WeightedMapping(subject: "k", weight: 10)]
        claims.defaultPermissions = Permissions(publish: Permission(deny: [">"]), subscribe: Permission(deny: [">"]))
        var template = UserPermissionLimits()
        template.permissions.publish = Permission(allow: ["a.>"], deny: ["a.b"])
        template.permissions.subscribe = Permission(allow: ["x"], deny: ["> >"])
        claims.setSigningKey(.scope(UserScope(key: "K", role: "r", template: template, description: "does things")))
        var source = PolicyExporter.Source(claims: claims)
        source.replies["r"] = .own
        let file = try PolicyExporter.files(of: [source], operator: nil)[1]
        #expect(
            file.text == """
                chancery: v1
                account: A
                limits:
                  connections: unlimited
                  leaf_nodes: unlimited
                  subscriptions: unlimited
                  payload: 1024B
                  imports: unlimited
                  exports: unlimited
                exports:
                  - { stream: "s.>" }
                mappings:
                  m: { k: 10%, stay: 90% }
                roles:
                  r: { description: "does things", publish: { allow: [ "a.>" ], deny: [ "a.b" ] }, subscribe: [ x ] }

                """)
    }

    @Test func `Days are written as they are read`() {
        for day in ["1970-01-01", "2000-02-29", "2027-01-31", "2100-03-01", "9999-12-31"] {
            #expect(PolicyDate.day(day).flatMap(PolicyDate.text) == day)
        }
    }
}

/// Accounts that are made up, with everything that claims have room for.
private struct RandomAccount {
    /// The accounts' keys, by name.
    private static let keys = Dictionary(
        ["A", "B"].map { ($0, KeyPair.generate(.account).publicKey.text) }, uniquingKeysWith: { first, _ in first })

    var random: SeededGenerator

    private static func key(_ name: String) -> String { keys[name] ?? name }

    private mutating func flip(_ percent: Int = 50) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private mutating func subject() -> String {
        let count = Int.random(in: 1...4, using: &random)
        let words = (0..<count).map { _ in pick(["a", "b", "orders", "*", "x-1", "no", "07", "_INBOX"]) }
        return words.joined(separator: ".") + (flip(30) ? ".>" : "")
    }

    private mutating func number() -> Int64 { pick([-1, 0, 1, 5000, 1 << 20, 1 << 40]) }

    func named(_ name: String) -> AccountClaims {
        var claims = AccountClaims(subject: Self.key(name), name: name)
        claims.exports = [Export(name: "e.>", subject: "e.>", type: .stream)]
        return claims
    }

    mutating func account(_ name: String, importing other: AccountClaims) -> AccountClaims {
        var claims = AccountClaims(subject: Self.key(name), name: name)
        claims.limits.connections = number()
        claims.limits.payload = number()
        claims.limits.data = number()
        claims.limits.exports = flip() ? -1 : 100
        claims.limits.disallowBearer = flip()
        if flip() { claims.limits.jetStream.diskStorage = number() }
        if claims.limits.jetStream == JetStreamLimits(), flip(20) { claims.limits.tieredJetStream["R3"] = .unlimited }
        if flip(30) { claims.description = "what it \"is\": for # people" }
        if flip(20) { claims.infoURL = "https://example.com/a?b=c" }
        if flip(20) { claims.trace = MessageTrace(destination: "trace.here", sampling: 5) }
        if flip(20) { claims.clusterTraffic = "owner" }
        if flip(20) { claims.tags = ["one:two", "three"] }
        if flip(20) { claims.setSigningKey(.key("PLAIN")) }
        if flip(20) { claims.authorization.users = ["UAUTH"] }
        if flip() { claims.revocations.revoke("UGONE", at: 5) }
        if flip() { claims.defaultPermissions = permissions(groups: false) }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let export = self.export()
            guard (try? Pattern(export.subject)) != nil else { continue }
            let others = claims.exports.filter { $0.type == export.type }.map(\.subject)
            if !CosmeticEditTests.areNested(export.subject, in: others) { claims.exports.append(export) }
        }
        if flip() {
            var item = Import(name: pick(["", "e.a", "named"]), subject: "e.a", account: other.subject, type: .stream)
            item.localSubject = pick(["", "here.a"])
            item.allowTrace = flip()
            claims.imports.append(item)
        }
        if flip(30) {
            claims.imports.append(Import(name: "f", subject: "f", account: "KEY-STRANGER", type: .service))
        }
        addMappings(to: &claims)
        for role in 0..<Int.random(in: 0...4, using: &random) { claims.setSigningKey(.scope(scope(role))) }
        return claims
    }

    private mutating func export() -> Export {
        let subject = subject()
        var export = Export(
            name: pick(["", subject, "named"]), subject: subject, type: pick([.stream, .service]), tokenRequired: flip()
        )
        if export.type == .service {
            export.responseType = pick([.unspecified, .singleton, .stream, .chunked])
            export.responseThreshold = pick([0, 5_000_000_000, 1_234_567])
            if flip() { export.latency = ServiceLatency(sampling: pick([0, 10, 100]), results: "lat.here") }
        }
        if flip(20), subject.split(separator: ".").dropFirst().first == "*" { export.accountTokenPosition = 2 }
        export.allowTrace = export.type == .service && flip()
        export.advertise = flip()
        if flip(20) { export.description = "an export" }
        if flip(20) { export.infoURL = "https://example.com" }
        if flip(20) { export.revocations.revoke(Self.key("B"), at: 7) }
        return export
    }

    private mutating func addMappings(to claims: inout AccountClaims) {
        if flip(30) { claims.mappings["m.one"] = [WeightedMapping(subject: "m.two", weight: pick([0, 10, 100]))] }
        if flip(30) {
            claims.mappings["n.one"] = [
                WeightedMapping(subject: "n.two", weight: 10),
                WeightedMapping(subject: "n.one", weight: pick([20, 90])),
            ]
        }
        if flip(20) { claims.mappings["o"] = [WeightedMapping(subject: "p", weight: 50, cluster: "east")] }
    }

    private mutating func scope(_ number: Int) -> UserScope {
        var template = UserPermissionLimits()
        template.permissions = permissions(groups: flip())
        if flip(20) { template.permissions.response = ResponsePermission(maxMessages: 1, expires: 5_000_000_000) }
        if flip(20) { template.sources = ["10.0.0.0/8"] }
        if flip(20) {
            template.times = [TimeRange(start: "06:00:00", end: "22:00:00")]
            template.timeZone = "Europe/Berlin"
        }
        if flip(20) { template.allowedConnectionTypes = ["WEBSOCKET", "STANDARD"] }
        template.subscriptions = pick([-1, 10])
        // A role has no limit of 0: who reads its claims takes that for none.
        template.payload = pick([-1, 1, 5000, 1 << 40])
        template.data = pick([-1, 5])
        template.bearerToken = flip(20)
        return UserScope(
            key: "ROLE-\(number)", role: "role-\(number)", template: template,
            description: flip(30) ? "holders of role \(number)" : "")
    }

    private mutating func permissions(groups: Bool) -> Permissions {
        var permissions = Permissions()
        func list(_ most: Int) -> [String] { (0..<Int.random(in: 0...most, using: &random)).map { _ in subject() } }
        permissions.publish = Permission(allow: list(3), deny: list(1))
        permissions.subscribe = Permission(allow: list(3), deny: list(1))
        if flip(30) { permissions.publish.allow.append("own.{{name()}}.>") }
        if flip(30) { permissions.subscribe.allow.append("mine.{{tag(team)}}") }
        if groups { permissions.subscribe.allow.append("\(subject()) workers") }
        if flip() { permissions.subscribe.deny.append("> >") }
        return permissions
    }
}

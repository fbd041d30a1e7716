import Authorization
import Claims
import Glibc
import NKeys
import Testing

@testable import Broker

/// Claims updates: in force on every event loop when they are answered.
@Suite(.serialized) struct ShardClaimsTests {
    private func realm() throws -> TestRealm {
        var realm = try TestRealm()
        for name in ["A.user", "A.other", "E.user"] { try realm.add(name) }
        realm.change("E") {
            $0.exports = [Export(subject: "feed.>", type: .stream), Export(subject: "ask", type: .service)]
        }
        return realm
    }

    /// Pushes an account's claims and returns the answer.
    private func push(_ realm: TestRealm, _ account: String, over admin: TestClient) throws -> String {
        try admin.send("SUB answer 9\r\n")
        try admin.publish("$SYS.REQ.CLAIMS.UPDATE", try realm.accountToken(account), reply: "answer")
        let frame = try admin.frame()
        try admin.send("UNSUB 9\r\n")
        try admin.flush()
        return frame.body ?? "\(frame)"
    }

    @Test func importsWorkOnAllLoopsOnceTheAnswerIsThere() async throws {
        var realm = try realm()
        try await TestBroker.run(realm) { broker in
            let admin = try broker.client("SYS.admin")
            let readers = try (0..<3).map { _ in try broker.client("A.user") }
            let publishers = try (0..<3).map { _ in try broker.client("E.user") }
            for reader in readers {
                try reader.send("SUB feed.> 1\r\n")
                try reader.flush()
            }
            let exporter = realm.key("E")
            for round in 0..<20 {
                let isImported = round % 2 == 0
                realm.change("A") {
                    $0.imports = isImported ? [Import(subject: "feed.>", account: exporter, type: .stream)] : []
                }
                #expect(try push(realm, "A", over: admin).contains("\"code\":200"))
                for publisher in publishers {
                    try publisher.publish("feed.x", "\(round)")
                    try publisher.flush()
                }
                for reader in readers {
                    #expect(try reader.bodies() == (isImported ? ["\(round)", "\(round)", "\(round)"] : []))
                }
            }
        }
    }

    @Test func theRevokedAreCutOnAllLoopsBeforeTheAnswer() async throws {
        var realm = try realm()
        try await TestBroker.run(realm) { broker in
            let admin = try broker.client("SYS.admin")
            let revoked = try (0..<6).map { _ in try broker.client("A.user") }
            let kept = try (0..<6).map { _ in try broker.client("A.other") }
            for client in revoked + kept {
                try client.send("SUB x 1\r\n")
                try client.flush()
            }
            let user = try UserClaims.decode(realm.token("A.user")).subject
            realm.change("A") { $0.revocations.revoke(user, at: Int64(time(nil)) + 1) }
            #expect(try push(realm, "A", over: admin).contains("\"code\":200"))
            let cut = broker.sink.count(.connect, false)
            #expect(cut == 6)
            try kept[0].publish("x", "after")
            try kept[0].flush()
            for client in kept { #expect(client.messages.count + (try client.bodies().count) == 1) }
            for client in revoked {
                #expect(try client.frame() == .other("-ERR 'User Authentication Revoked'"))
                #expect(throws: TestClient.Ended.self) { try client.frame() }
            }
        }
    }

    @Test func aLoweredLimitEndsTheNewestWhereverTheyAre() async throws {
        var realm = try realm()
        try await TestBroker.run(realm) { broker in
            let admin = try broker.client("SYS.admin")
            let clients = try (0..<7).map { _ in try broker.client("A.user") }
            realm.change("A") { $0.limits.connections = 4 }
            #expect(try push(realm, "A", over: admin).contains("\"code\":200"))
            for client in clients[..<4] { #expect(try client.bodies().isEmpty) }
            for client in clients[4...] {
                #expect(try client.frame() == .other("-ERR 'maximum account active connections exceeded'"))
            }
            #expect(throws: TestClient.Ended.self) { try broker.client("A.user") }
            clients[1].end()
            // The place is free when the broker has seen that.
            var isIn = false
            for _ in 0..<200 where !isIn {
                isIn = (try? broker.client("A.user")) != nil
                if !isIn { usleep(20_000) }
            }
            #expect(isIn)
        }
    }

    /// New permissions are taken in place; messages that are on their way meet them where they are delivered.
    @Test func newPermissionsAreTakenInPlaceOnAllLoops() async throws {
        var realm = try realm()
        try await TestBroker.run(realm) { broker in
            let admin = try broker.client("SYS.admin")
            let readers = try (0..<3).map { _ in try broker.client("A.user") }
            let publishers = try (0..<3).map { _ in try broker.client("A.user") }
            for reader in readers {
                try reader.send("SUB p.* 1\r\nSUB z 2\r\n")
                try reader.flush()
            }
            realm.change("A") { $0.defaultPermissions.subscribe = Permission(allow: ["p.>"], deny: ["p.x"]) }
            #expect(try push(realm, "A", over: admin).contains("\"code\":200"))
            for publisher in publishers {
                for subject in ["p.x", "p.y", "z"] { try publisher.publish(subject, subject) }
                try publisher.flush()
            }
            for reader in readers {
                let frames = try reader.flush()
                #expect(
                    frames.first == .other("-ERR 'Permissions Violation for Subscription to \"z\" (sid \"2\")'"))
                #expect(frames.compactMap(\.body) == ["p.y", "p.y", "p.y"])
            }
            #expect(broker.sink.count(.deliver, false) == 9)
        }
    }
}

import TestSupport
import Testing

@testable import Messaging
@testable import Wire

@Suite struct SessionRequestTests {
    private static let single = Session.Request(subject: "svc", isSingle: true, expected: 1)

    private func request(
        _ session: inout Session, _ token: String, _ request: Session.Request = single
    ) throws -> (reply: String, bytes: String) {
        let opened = try session.request(request, token: token, inbox: "_INBOX.me")
        return (opened.reply, String(decoding: opened.bytes, as: UTF8.self))
    }

    private func answer(_ token: String, block: [UInt8] = [], payload: String = "x") -> ServerOperation {
        .message(
            MessageFrame(
                subject: "_INBOX.me.\(token)", subscription: 1, headerBlock: block, payload: Array(payload.utf8)))
    }

    private func answered(_ action: ConnectionStateMachine.ReceivedAction) -> (String, Result<[String], ClientError>)? {
        guard case .answer(let token, let result) = action else { return nil }
        return (token, result.map { $0.map { String(decoding: $0.payload, as: UTF8.self) } })
    }

    @Test func allRequestsShareOneInbox() throws {
        var session = Session(info: ServerInfo())
        let first = try request(&session, "t1")
        #expect(first.reply == "_INBOX.me.t1" && first.bytes == "SUB _INBOX.me.* 1\r\n")
        let second = try request(&session, "t2")
        #expect(second.reply == "_INBOX.me.t2" && second.bytes.isEmpty)
    }

    @Test func answersFindTheirRequestInAnyOrder() throws {
        var session = Session(info: ServerInfo())
        _ = try request(&session, "t1")
        _ = try request(&session, "t2")
        #expect(answered(session.received(answer("t2", payload: "b")))?.0 == "t2")
        let first = answered(session.received(answer("t1", payload: "a")))
        #expect(first?.0 == "t1" && (try? first?.1.get()) == ["a"])
        // A second answer, and one to a request that never was.
        #expect(answered(session.received(answer("t1"))) == nil)
        #expect(answered(session.received(answer("t9"))) == nil)
        #expect(answered(session.received(answer(""))) == nil)
    }

    @Test func nobodyThereIsKnownAtOnce() throws {
        var session = Session(info: ServerInfo())
        _ = try request(&session, "t")
        let result = answered(session.received(answer("t", block: Headers(status: 503).block, payload: "")))
        #expect(result?.1 == .failure(.noResponders))
    }

    @Test func aServicesOwnStatus503IsAnAnswer() throws {
        var session = Session(info: ServerInfo())
        _ = try request(&session, "t")
        let result = answered(session.received(answer("t", block: Headers(status: 503).block, payload: "busy")))
        #expect((try? result?.1.get()) == ["busy"])
    }

    @Test func severalAnswersAreCollectedUpToTheExpectedNumber() throws {
        var session = Session(info: ServerInfo())
        _ = try request(&session, "t", Session.Request(subject: "svc", isSingle: false, expected: 3))
        #expect(answered(session.received(answer("t", payload: "1"))) == nil)
        #expect(answered(session.received(answer("t", payload: "2"))) == nil)
        #expect((try? answered(session.received(answer("t", payload: "3")))?.1.get()) == ["1", "2", "3"])
    }

    @Test func whatCameSoFarIsThereWhenTimeEnds() throws {
        var session = Session(info: ServerInfo())
        _ = try request(&session, "t", Session.Request(subject: "svc", isSingle: false, expected: nil))
        _ = session.received(answer("t", payload: "1"))
        // "Nobody there" after an answer is an answer of somebody else.
        _ = session.received(answer("t", block: Headers(status: 503).block, payload: ""))
        #expect(session.endRequest("t")?.answers.count == 2)
        #expect(session.endRequest("t") == nil)
    }

    @Test func aRefusedRequestEndsAndOthersGoOn() throws {
        var session = Session(info: ServerInfo())
        _ = try request(&session, "t1")
        _ = try request(&session, "t2", Session.Request(subject: "other", isSingle: true, expected: 1))
        guard case .report(_, let refused) = session.received(.error(#"Permissions Violation for Publish to "svc""#))
        else {
            Issue.record("no report")
            return
        }
        #expect(refused == Session.Refused(subscriptions: [], requests: ["t1"]))
        #expect(answered(session.received(answer("t2")))?.0 == "t2")
    }

    @Test func aRefusedInboxEndsAllRequestsAndIsOpenedAgain() throws {
        var session = Session(info: ServerInfo())
        _ = try request(&session, "t1")
        _ = try request(&session, "t2")
        let text = #"Permissions Violation for Subscription to "_INBOX.me.*""#
        guard case .report(_, let refused) = session.received(.error(text)) else {
            Issue.record("no report")
            return
        }
        #expect(refused.subscriptions == [1] && refused.requests.sorted() == ["t1", "t2"])
        #expect(try request(&session, "t3").bytes == "SUB _INBOX.me.* 2\r\n")
    }

    @Test func tokensAreLongAndNeverTheSame() {
        let tokens = (0..<1000).map { _ in RandomToken.next() }
        #expect(Set(tokens).count == 1000)
        #expect(tokens.allSatisfy { $0.utf8.count == 25 && ClientLine.isSafe($0) && !$0.contains(".") })
    }
}

@Suite struct HostileServerTests {
    /// Whatever a server sends, the parser and the machine go on or end the connection; nothing else.
    @Test func mutatedStreamsNeverCrash() throws {
        var random = SeededGenerator.announced()
        let stream = Array(
            (#"INFO {"server_id":"N","headers":true,"max_payload":1048576,"nonce":"n"}"#
                + "\r\nPONG\r\nPONG\r\nPING\r\n"
                + "MSG a 2 1\r\nx\r\nHMSG _INBOX.me.t 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"
                + "-ERR 'Permissions Violation for Subscription to \"a\" using queue \"q\" (sid \"2\")'\r\n"
                + "INFO {\"ldm\":true}\r\n-ERR 'Stale Connection'\r\n").utf8)
        var ends = 0
        for _ in 0..<10_000 {
            var bytes = stream
            for _ in 0...Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(contentsOf: stream[min(index, stream.count - 1)...].prefix(30), at: index)
                }
            }
            var parser = ServerStreamParser()
            var machine = ConnectionStateMachine()
            var rest = bytes[...]
            reading: while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...60, using: &random))
                rest = rest.dropFirst(piece.count)
                parser.append(piece)
                do {
                    while let operation = try parser.next() {
                        if case .established = machine.received(operation) {
                            try machine.withSession { (session) throws(ClientError) in
                                _ = try session.request(
                                    Session.Request(subject: "s", isSingle: true, expected: 1), token: "t",
                                    inbox: "_INBOX.me")
                                _ = try session.subscribe("a", queue: "q")
                                _ = session.flush(1)
                            }
                        }
                    }
                } catch {
                    ends += 1
                    _ = machine.close(.connectionLost)
                    break reading
                }
            }
        }
        #expect(ends > 0)
    }
}

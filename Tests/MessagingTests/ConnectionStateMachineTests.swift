import TestSupport
import Testing

@testable import Messaging
@testable import Wire

@Suite struct ConnectionStateMachineTests {
    static let info = ServerOperation.info(
        Array(#"{"server_id":"N1","headers":true,"max_payload":100,"nonce":"abc"}"#.utf8))

    /// What an action says, in words that can be compared.
    private func words(_ action: ConnectionStateMachine.ReceivedAction) -> String {
        switch action {
        case .none: "none"
        case .secure: "secure"
        case .signIn(let info): "sign in to \(info.serverID)"
        case .established: "established"
        case .pong: "pong"
        case .deliver(let frame, let subscription, let isLast):
            "deliver \(frame.subject) to \(subscription)\(isLast ? ", the last" : "")"
        case .answer(let request, .success(let messages)): "answer \(request) with \(messages.count)"
        case .answer(let request, .failure(let error)): "answer \(request) with \(error.code)"
        case .flushed(let number): "flushed \(number)"
        case .report(let error, let refused): "report \(error.text); end \(refused.subscriptions) \(refused.requests)"
        case .close(let error): "close: \(error.code)"
        }
    }

    private func ready() -> ConnectionStateMachine {
        var machine = ConnectionStateMachine()
        _ = machine.received(Self.info)
        _ = machine.received(.pong)
        return machine
    }

    private func message(_ subject: String, to subscription: UInt64, block: [UInt8] = [], payload: String = "")
        -> ServerOperation
    {
        .message(
            MessageFrame(subject: subject, subscription: subscription, headerBlock: block, payload: Array(payload.utf8))
        )
    }

    // MARK: Signing in

    @Test func aConnectionSignsInAndIsReady() {
        var machine = ConnectionStateMachine()
        #expect(machine.info == nil)
        #expect(words(machine.received(Self.info)) == "sign in to N1")
        #expect(words(machine.received(.ok)) == "none")
        #expect(words(machine.received(.ping)) == "pong")
        #expect(words(machine.received(.info(Array(#"{"server_id":"N2"}"#.utf8)))) == "none")
        #expect(words(machine.received(.pong)) == "established")
        #expect(machine.info?.serverID == "N2")
        #expect(machine.closeReason == nil)
    }

    @Test(
        arguments: [
            (.ping, "close: protocol-violation"), (.pong, "close: protocol-violation"),
            (.ok, "close: protocol-violation"),
            (.message(MessageFrame(subject: "a", subscription: 1)), "close: protocol-violation"),
            (.info([]), "close: protocol-violation"), (.info(Array("{".utf8)), "close: protocol-violation"),
            (.error("maximum connections exceeded"), "close: refused"),
        ] as [(ServerOperation, String)])
    func whatMustNotComeFirst(operation: ServerOperation, action: String) {
        var machine = ConnectionStateMachine()
        #expect(words(machine.received(operation)) == action)
        #expect(machine.closeReason != nil)
        #expect(words(machine.received(Self.info)) == "none")
    }

    // MARK: TLS

    @Test(
        arguments: [
            (.asTheServerSays, "{}", "sign in to "), (.asTheServerSays, #"{"tls_available":true}"#, "sign in to "),
            (.asTheServerSays, #"{"tls_required":true}"#, "secure"), (.required, "{}", "close: tls-required"),
            (.required, #"{"tls_available":true}"#, "secure"), (.required, #"{"tls_required":true}"#, "secure"),
            (.established, #"{"tls_required":true}"#, "sign in to "),
        ] as [(ConnectionStateMachine.Security, String, String)])
    func whetherAConnectionIsSecured(security: ConnectionStateMachine.Security, info: String, action: String) {
        var machine = ConnectionStateMachine(security)
        #expect(words(machine.received(.info(Array(info.utf8)))) == action)
    }

    @Test func aSecuredConnectionSignsInWithWhatWasOfferedBefore() {
        var machine = ConnectionStateMachine(.required)
        #expect(words(machine.secured()) == "none")
        _ = machine.received(.info(Array(#"{"server_id":"N1","tls_required":true}"#.utf8)))
        #expect(throws: ClientError.closed) { try machine.withSession { _ in } }
        #expect(words(machine.secured()) == "sign in to N1")
        #expect(words(machine.secured()) == "none")
        #expect(words(machine.received(.pong)) == "established")
    }

    @Test(arguments: [.ping, .ok, Self.info] as [ServerOperation])
    func nothingComesInPlainTextDuringTheHandshake(operation: ServerOperation) {
        var machine = ConnectionStateMachine(.required)
        _ = machine.received(.info(Array(#"{"tls_required":true}"#.utf8)))
        #expect(words(machine.received(operation)) == "close: protocol-violation")
    }

    @Test func aRefusedSignInSaysWhatTheServerSaid() {
        var machine = ConnectionStateMachine()
        _ = machine.received(Self.info)
        #expect(words(machine.received(.error("Authorization Violation"))) == "close: refused")
        #expect(machine.closeReason?.message.contains("Authorization Violation") == true)
        #expect(machine.close(.connectionLost).code == .refused)
    }

    @Test func nothingCanBeAskedForBeforeAndAfter() {
        var machine = ConnectionStateMachine()
        #expect(throws: ClientError.closed) { try machine.withSession { _ in } }
        _ = machine.received(Self.info)
        #expect(throws: ClientError.closed) { try machine.withSession { _ in } }
        _ = machine.received(.pong)
        #expect(throws: Never.self) { try machine.withSession { _ in } }
        _ = machine.close(.staleConnection)
        #expect(throws: ClientError.staleConnection) { try machine.withSession { _ in } }
    }

    // MARK: The end

    @Test func aLostConnectionIsExplainedByTheServersLastComplaint() {
        var machine = ready()
        _ = machine.received(.error("Permissions Violation for Publish to \"a\""))
        _ = machine.received(.error("User Authentication Expired"))
        let reason = machine.close(.connectionLost)
        #expect(reason.code == .closedByServer && reason.message.contains("User Authentication Expired"))
        #expect(machine.close(.closed) == reason)
    }

    @Test func aPermissionsViolationIsNoReasonToClose() {
        var machine = ready()
        _ = machine.received(.error("Permissions Violation for Publish to \"a\""))
        #expect(machine.close(.connectionLost) == .connectionLost)
    }

    @Test func closingOneselfIsNotExplainedByTheServer() {
        var machine = ready()
        _ = machine.received(.error("maximum subscriptions exceeded"))
        #expect(machine.close(.closed) == .closed)
    }

    // MARK: Subscriptions

    @Test func messagesGoToTheirSubscription() throws {
        var machine = ready()
        let first = try machine.withSession { (session) throws(ClientError) in try session.subscribe("a.*", queue: nil)
        }
        let second = try machine.withSession { (session) throws(ClientError) in try session.subscribe("b", queue: "q") }
        #expect(String(decoding: first.bytes, as: UTF8.self) == "SUB a.* 1\r\n")
        #expect(String(decoding: second.bytes, as: UTF8.self) == "SUB b q 2\r\n")
        #expect(words(machine.received(message("b", to: 2))) == "deliver b to 2")
        #expect(words(machine.received(message("a.x", to: 1))) == "deliver a.x to 1")
        #expect(words(machine.received(message("a.x", to: 3))) == "none")
    }

    @Test func aSubscriptionEndsAfterSoManyMessagesInAll() throws {
        var machine = ready()
        _ = try machine.withSession { (session) throws(ClientError) in try session.subscribe("a", queue: nil) }
        _ = machine.received(message("a", to: 1))
        let action = try machine.withSession { $0.unsubscribe(1, after: 3) }
        #expect(action?.isOver == false)
        #expect(action.map { String(decoding: $0.bytes, as: UTF8.self) } == "UNSUB 1 3\r\n")
        #expect(words(machine.received(message("a", to: 1))) == "deliver a to 1")
        #expect(words(machine.received(message("a", to: 1))) == "deliver a to 1, the last")
        #expect(words(machine.received(message("a", to: 1))) == "none")
    }

    @Test(arguments: [nil, 0, -1, 1])
    func aNumberThatIsReachedMeansNow(maximum: Int?) throws {
        var machine = ready()
        _ = try machine.withSession { (session) throws(ClientError) in try session.subscribe("a", queue: nil) }
        _ = machine.received(message("a", to: 1))
        let action = try machine.withSession { $0.unsubscribe(1, after: maximum) }
        #expect(action?.isOver == true)
        #expect(action.map { String(decoding: $0.bytes, as: UTF8.self) } == "UNSUB 1\r\n")
        #expect(try machine.withSession { $0.unsubscribe(1, after: nil) } == nil)
    }

    @Test func wordsThatCannotBeSentOpenNothing() {
        var machine = ready()
        for (subject, queue) in [("", nil), ("a b", nil), ("a\r\nPUB b 0", nil), ("a", ""), ("a", "q q")]
            as [(String, String?)]
        {
            #expect(throws: ClientError.self) {
                try machine.withSession { (session) throws(ClientError) in try session.subscribe(subject, queue: queue)
                }
            }
        }
        #expect(words(machine.received(message("a", to: 1))) == "none")
    }

    // MARK: Permissions

    @Test func aRefusedSubscriptionEnds() throws {
        var machine = ready()
        for (subject, queue) in [("a", nil), ("a", "q"), ("b", nil), ("b", nil)] as [(String, String?)] {
            _ = try machine.withSession { (session) throws(ClientError) in try session.subscribe(subject, queue: queue)
            }
        }
        let one = #"Permissions Violation for Subscription to "a" using queue "q""#
        #expect(words(machine.received(.error(one))) == "report \(one); end [2] []")
        let taken = #"Permissions Violation for Subscription to "b" (sid "4")"#
        #expect(words(machine.received(.error(taken))) == "report \(taken); end [4] []")
        #expect(words(machine.received(.error(taken))) == "report \(taken); end [] []")
        #expect(words(machine.received(message("b", to: 3))) == "deliver b to 3")
        #expect(words(machine.received(message("b", to: 4))) == "none")
    }

    // MARK: Pings

    @Test func pongsComeInTheOrderOfThePings() throws {
        var machine = ready()
        _ = try machine.withSession { $0.flush(7) }
        #expect(try machine.withSession { $0.keepAlive(maximum: 2) } == ClientLine.ping)
        _ = try machine.withSession { $0.flush(8) }
        #expect(words(machine.received(.pong)) == "flushed 7")
        #expect(words(machine.received(.pong)) == "none")
        #expect(words(machine.received(.pong)) == "flushed 8")
        #expect(words(machine.received(.pong)) == "none")
    }

    @Test func aServerThatOwesTooManyPongsIsGone() throws {
        var machine = ready()
        _ = try machine.withSession { $0.flush(1) }
        for _ in 0..<2 { #expect(try machine.withSession { $0.keepAlive(maximum: 2) } != nil) }
        #expect(try machine.withSession { $0.keepAlive(maximum: 2) } == nil)
        for _ in 0..<2 { _ = machine.received(.pong) }
        #expect(try machine.withSession { $0.keepAlive(maximum: 2) } != nil)
    }

    @Test func anUpdateOfTheServersInfoCounts() {
        var machine = ready()
        _ = machine.received(.info(Array(#"{"server_id":"N1","ldm":true,"max_payload":50,"remote_account":"A"}"#.utf8)))
        #expect(machine.info?.isLameDuck == true && machine.info?.maximumPayload == 50 && machine.info?.account == "A")
        _ = machine.received(.info(Array("rubbish".utf8)))
        #expect(machine.info?.maximumPayload == 50)
    }
}

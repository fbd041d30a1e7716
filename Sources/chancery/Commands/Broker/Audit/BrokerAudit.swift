import Administration
import Audit
import Authorization
import Broker
import FoundationEssentials
import Glibc
import NKeys
import Secrets

/// The decision log of a broker, `chancery broker --audit DIR`: in `DIR/broker-NODE/`, signed by a key whose seed is in
/// `DIR/keys/`.
struct BrokerAudit {
    /// The most bytes of a node's name in the log's.
    private static let longestNode = 48

    private let logger: DecisionLogger

    /// Begins to write.
    ///
    /// - Parameters:
    ///   - serverName: as the configuration has it; where it has none, the log is that of the machine.
    ///   - server: what records call the server.
    ///   - remedy: what to do where another one writes to the log.
    static func start(
        in folder: String, serverName: String?, server: String, whenInUse remedy: String,
        log: @escaping @Sendable (BrokerEnvironment.LogLevel, String) -> Void
    ) throws -> BrokerAudit {
        let name = "broker-" + node(serverName ?? machine)
        do {
            let storage = try FolderStorage(writing: "\(folder)/\(name)")
            let pair = try key(of: name, in: folder, isNew: storage.size(of: "log.json") == nil)
            let logger = try DecisionLogger.start(
                in: storage, name: name, pair: pair, server: server,
                clock: AuditClock(wall: { LocalTime.nanoseconds() / 1_000 }, steady: steady),
                others: { LogFolder.mentions(in: folder, besides: name) },
                complain: { problem in
                    if let problem {
                        log(.error, "The audit log cannot be written: \(problem)")
                    } else {
                        log(.info, "The audit log is written again")
                    }
                })
            log(.info, "Decisions are kept in \(folder)/\(name)")
            return BrokerAudit(logger: logger)
        } catch let error as AuditError {
            throw CommandFailure(message: error.message, remedy: error.code == .logInUse ? remedy : Self.remedy(error))
        }
    }

    private static func remedy(_ error: AuditError) -> String {
        switch error.code {
        case .logDamaged:
            "see what is wrong with \"chancery audit verify\", and move the folder away to begin another log"
        default: "check the folder that --audit names"
        }
    }

    /// What the broker decides goes here.
    var sink: any DecisionSink { logger }

    /// Writes what is left; when nobody decides any more.
    func finish() { logger.finish() }

    // MARK: Names and keys

    /// Letters, digits, points, dashes and underscores.
    private static func node(_ name: String) -> String {
        let allowed = name.utf8.prefix(longestNode).map { byte -> UInt8 in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"): byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: allowed, as: UTF8.self)
    }

    private static var machine: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "local" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The key that signs the log. A log whose key is gone does not go on under another.
    private static func key(of name: String, in folder: String, isNew: Bool) throws -> KeyPair {
        let path = "\(folder)/keys/\(name).seed"
        if PrivateFile.exists(path) { return try KeyPair(seed: PrivateFile.read(path)) }
        guard isNew else {
            throw CommandFailure(
                message: "the seed of the key that signs the log is missing: \(path)",
                remedy: "bring it back, or move \(folder)/\(name) away to begin another log")
        }
        let pair = KeyPair.generate(.server)
        try PrivateFile.makeFolder("\(folder)/keys")
        try PrivateFile.write(pair.seed, to: path, replacing: false)
        return pair
    }

    @Sendable private static func steady() -> Int64 {
        SystemClock.nanoseconds(of: CLOCK_BOOTTIME)
    }
}

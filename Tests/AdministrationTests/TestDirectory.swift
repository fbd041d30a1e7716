import Administration
import Claims
import Foundation
import NKeys
import Secrets
import Synchronization
import Testing

/// A directory in a folder of its own, with a clock that stands still until it is set.
final class TestDirectory: Sendable {
    static let start: Int64 = 1_800_000_000

    let home: Home
    private let clock = Mutex(TestDirectory.start)

    init() {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chancery-\(UUID().uuidString)")
        home = Home(path: folder.path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: home.path)
    }

    var now: Int64 {
        get { clock.withLock { $0 } }
        set { clock.withLock { $0 = newValue } }
    }

    func open(creating: Bool = true) throws -> Directory {
        try Directory.open(
            home, creating: creating, surroundings: Directory.Surroundings(now: { self.now }, actor: "local:tester"))
    }

    /// A directory with an operator, and accounts of these names under it.
    func opened(accounts: String..., operator name: String = "O", system: Bool = false) throws -> Directory {
        let directory = try open()
        try directory.change("test") { change in
            var new = NewOperator(name: name)
            new.withSystemAccount = system
            try change.addOperator(new)
            for account in accounts { try change.addAccount(NewAccount(name: account)) }
        }
        return directory
    }
}

extension Directory {
    func claims(ofOperator name: String? = nil) throws -> OperatorClaims {
        try read { try $0.operator(name.map { EntityReference($0) }).claims() }
    }

    func claims(ofAccount name: String) throws -> AccountClaims {
        try read { try $0.account(at: .account(name)).claims() }
    }

    func claims(ofUser name: String, in account: String) throws -> UserClaims {
        try read { try $0.user(EntityReference(name), of: $0.account(at: .account(account))).claims() }
    }

    /// What is wrong anywhere under the selected operator.
    func findings(at now: Int64) throws -> [Finding] {
        try read { reader in
            let entry = try reader.operator(nil)
            return try reader.findings(for: entry, accounts: reader.accounts(of: entry), at: now)
        }
    }
}

extension Place {
    static func account(_ name: String) -> Place { Place(account: EntityReference(name)) }
}

/// The code of the refusal that `body` must end with.
func refusal(_ body: () throws -> Void) -> AdministrationError.Code? {
    do {
        try body()
        return nil
    } catch let error as AdministrationError {
        return error.code
    } catch {
        Issue.record("another error: \(error)")
        return nil
    }
}

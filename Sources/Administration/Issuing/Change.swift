public import Audit
import Claims
import FoundationEssentials
import GRDB
import NKeys

/// One change of the directory while it happens: what it reads is true until it is stored.
///
/// Made by ``Directory/change(_:dryRun:_:)`` and of no use afterwards. Its functions check first and store last; when
/// one throws, the whole change must be given up by letting the error pass.
public final class Change {
    /// The directory as this change sees it, its own effects included.
    public let reader: DirectoryReader
    /// The time of the change in Unix seconds, for those who make it.
    public var time: Int64 { now }
    let keyring: Keyring
    /// When the change is made, the same for everything in it.
    let moment: AuditMoment
    /// The time of the change in Unix seconds.
    var now: Int64 { moment.unixSeconds }
    private(set) var surroundings: Directory.Surroundings
    /// What is done, in the words of the command.
    let reason: String
    /// The secrets that leave with the result of this change, for the audit log.
    var exports: [AuditedExport] = []
    /// What servers answered to pushes, for the audit log.
    var distributions: [AuditedDistribution] = []
    /// Policies that begin to be applied, and what somebody insisted on beside them, for the audit log.
    var policies: [AuditedPolicy] = []
    /// Where the directory is.
    let home: Home
    /// The checkpoint of the audit log after this change; nil where it has nothing to record, or is signed with others.
    var checkpoint: String?
    /// Access to the service that was given, taken away or refused, for the audit log.
    var accesses: [AuditedAccess] = []
    /// Who stands in the history and the records of accounts, by their keys, that are changed on behalf of another one: what that
    /// one's people are called, and where they came from, is not for those to read.
    var actorsOfAccounts: [String: String] = [:]
    /// The tokens that were signed here, by their rows in the history, for the audit log.
    private(set) var signed: [Int64: StoredToken] = [:]
    /// Where the records of this change are, once they are written.
    var trace: AuditTrace?
    /// Whether somebody insists on editing what policies govern by hand.
    public var overridesPolicies = false
    /// Whether an apply is at work, which may change what it governs.
    var isApplyingPolicies = false
    /// Whether everything is undone in the end.
    let isDryRun: Bool
    /// The audit log, where several changes of one transaction write it; nil to open it for this one alone.
    let sharedLog: SharedAuditLog?
    /// Whether tokens that come in are taken whatever their date.
    var takesAnyDate = false
    /// How much room it may use.
    public var allowance = IssueAllowance.operating
    /// What was done so far.
    public private(set) var report = ChangeReport()

    var database: Database { reader.database }

    /// - Parameters:
    ///   - opened: the keys that changes of the same transaction have opened.
    ///   - memo: what the change finds is kept there.
    init(
        database: Database, home: Home, surroundings: Directory.Surroundings, reason: String, isDryRun: Bool = false,
        opened: OpenedKeys = OpenedKeys(), memo: ReaderMemo = ReaderMemo(), sharedLog: SharedAuditLog? = nil
    ) {
        (self.isDryRun, self.sharedLog) = (isDryRun, sharedLog)
        reader = DirectoryReader(database: database, memo: memo)
        moment = surroundings.moment?() ?? AuditMoment(unixSeconds: surroundings.now())
        keyring = Keyring(
            database: database, home: home, random: surroundings.random, now: moment.unixSeconds,
            passphrase: surroundings.passphrase, isDryRun: isDryRun, opened: opened)
        self.home = home
        self.surroundings = surroundings
        self.reason = reason
    }

    /// Does something of which nothing that is remembered says anything; see ``RowCount/leavingOut(_:_:)``.
    func leavingOut<Result>(_ body: () throws -> Result) rethrows -> Result {
        try reader.memo.count.leavingOut(database, body)
    }

    /// Says whose work the change is, before it does anything.
    public func act(as actor: AuditActor) { surroundings.act(as: actor) }

    /// Notes something for the report.
    func note(
        _ action: ChangeReport.Item.Action, _ kind: String, _ name: String, key: String? = nil,
        token: IssuedToken? = nil
    ) {
        report.items.append(
            ChangeReport.Item(
                action: action, kind: kind, name: name, publicKey: key, version: token?.version,
                issuedAt: token?.issuedAt))
    }

    /// Notes something that is allowed and yet worth knowing.
    func warn(_ text: String) {
        if !report.warnings.containsExactly(text) { report.warnings.append(text) }
    }

    /// Says what is worth knowing to those, too, who see one account alone.
    func warnOpenly(_ text: String) {
        if !report.openWarnings.containsExactly(text) { report.openWarnings.append(text) }
    }

    /// Whether an edit leaves claims as they are, which are then not signed again; the report says so.
    func isUnchanged(_ claims: some ClaimSet, from before: some ClaimSet) throws -> Bool {
        guard let old = try? before.json(), let new = try? claims.json(), old.isExactly(new) else { return false }
        warn(
            "nothing changed: the \(claims.kind.rawValue) \"\(claims.name)\" was like that already, and is not signed again"
        )
        return true
    }

    /// Validates claims, signs them and adds the token to the history.
    ///
    /// - Parameters:
    ///   - scope: the operator of an account, the account of a user or an activation, the operator itself.
    ///   - revokedThrough: the latest revocation that covers the subject.
    /// - Throws: ``AdministrationError`` of code `invalidClaims` with every fault, or `tokenTooLarge`; or ``TooFarAhead``.
    func issue(
        _ claims: some ClaimSet, scope: PublicKey, signer: KeyPair, revokedThrough: Int64? = nil
    ) throws -> IssuedToken {
        try check(claims)
        let last = try reader.latestIssue(to: claims.subject)
        let issuedAt = try IssueTime.next(
            now: now, last: last, revokedThrough: revokedThrough, furthestAhead: allowance.furthestAhead)
        let text: String
        do {
            text = try claims.encode(signedBy: signer, at: issuedAt)
        } catch {
            throw AdministrationError(
                .invalidClaims, error.message, remedy: error.remedy.isEmpty ? nil : error.remedy)
        }
        try checkSize(text, of: claims.kind.rawValue, claims.name, subject: claims.subject, scope: scope.text)
        let token = try record(
            text, TokenVersion(of: text), of: claims, scope: scope, issuer: signer.publicKey.text, issuedAt: issuedAt)
        signed[token.id] = StoredToken(
            kind: claims.kind.rawValue, subject: claims.subject, scope: scope.text, version: token.version.bytes,
            text: text, name: claims.name)
        if claims is UserClaims { KnownClaims.users.rememberSigned(token.version) }
        return token
    }

    /// Adds a token that was signed elsewhere to the history. One that is there already is found again.
    func take(_ token: Token, scope: PublicKey) throws -> IssuedToken {
        let sql = "SELECT id AS number FROM tokens WHERE version = ?"
        let claims = token.claims.value
        if let id = try database.integer(sql, [Data(token.version.bytes)]) {
            return IssuedToken(id: id, text: token.text, version: token.version, issuedAt: claims.issuedAt)
        }
        return try record(
            token.text, token.version, of: claims, scope: scope, issuer: claims.issuer, issuedAt: claims.issuedAt)
    }

    private func record(
        _ text: String, _ version: TokenVersion, of claims: some ClaimSet, scope: PublicKey, issuer: String,
        issuedAt: Int64
    ) throws -> IssuedToken {
        try leavingOut {
            try database.run(
                sql: """
                    INSERT INTO tokens (
                        kind, subject, scope, version, issuer, issued_at, text, recorded_at, actor, reason
                    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    claims.kind.rawValue, claims.subject, scope.text, version.bytes, issuer, issuedAt, text, now,
                    actorsOfAccounts[claims.subject] ?? surroundings.actor, reason,
                ])
        }
        return IssuedToken(id: database.lastInsertedRowID, text: text, version: version, issuedAt: issuedAt)
    }

    /// The texts without those that come again.
    private static func unique(_ texts: [String]) -> [String] {
        var seen: Set<ExactText> = []
        return texts.filter { seen.insert(ExactText($0)).inserted }
    }

    /// What would make servers refuse claims, in words.
    func faults(of claims: some ClaimSet) -> [String] {
        Self.faults(claims.validate(at: now, isKnownTimeZone: SystemTimeZones.isKnown))
    }

    private static func faults(_ issues: [ValidationIssue]) -> [String] {
        unique(issues.filter { $0.level == .error }.map(\.locatedDescription))
    }

    /// Stops on every fault that would make servers refuse the claims, and notes the rest as warnings.
    private func check(_ claims: some ClaimSet) throws(AdministrationError) {
        let issues = claims.validate(at: now, isKnownTimeZone: SystemTimeZones.isKnown)
        let faults = Self.faults(issues)
        guard faults.isEmpty else {
            throw AdministrationError(
                .invalidClaims,
                "the \(claims.kind.rawValue) \"\(claims.name)\" would not be valid: " + faults.joined(separator: "; "),
                remedy: FaultRemedy.of(faults))
        }
        for issue in issues { warn("\(claims.kind.rawValue) \"\(claims.name)\": \(issue.description)") }
    }
}

/// A token that was signed and added to the history.
struct IssuedToken {
    /// Its row in the history.
    let id: Int64
    let text: String
    let version: TokenVersion
    let issuedAt: Int64
}

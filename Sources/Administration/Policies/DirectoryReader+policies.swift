public import Claims
import FoundationEssentials
import GRDB
public import NKeys
public import Policy

/// An apply or an undo, from its first step to its last.
public struct PolicyRun: Sendable {
    public enum Kind: String, Sendable {
        case apply, undo
    }

    public let id: Int64
    public let kind: Kind
    public let isFinished: Bool
    /// The last step that the directory has; nil for none.
    public let stored: ApplyStep?
    /// The last step that servers have confirmed; nil for none.
    public let confirmed: ApplyStep?
    let before: GovernedStates
    let target: GovernedStates
    let texts: [UInt8]?
    let operatorKey: String

    /// The step that comes next; nil when all are stored.
    public var next: ApplyStep? { ApplyStep(rawValue: (stored?.rawValue ?? 0) + 1) }
}

extension DirectoryReader {
    /// Whether a file is the whole truth about an account.
    public func isGoverned(_ account: PublicKey) throws -> Bool {
        try memo.governed.entry(.init(account), database) {
            try database.finds("SELECT 1 FROM policy_accounts WHERE account = ?", [account.text])
        } ?? false
    }

    /// The run that an undo would take back; nil for none.
    public func runToUndo(of entry: OperatorEntry) throws -> Int64? {
        try (unfinishedPolicyRun(of: entry) ?? lastPolicyRun(of: entry))?.id
    }

    /// A run by its number.
    func policyRun(_ id: Int64) throws -> PolicyRun? {
        try database.row("SELECT * FROM policy_runs WHERE id = ?", [id]).map(Self.policyRun)
    }

    /// The operator that a set is for: the one that it names, which no other may be named beside.
    func `operator`(of set: PolicySet, at place: Place) throws -> OperatorEntry {
        guard let name = set.manifest.operatorName?.value else { return try self.operator(at: place) }
        guard let reference = place.operator else {
            do { return try self.operator(EntityReference(name)) } catch let error as AdministrationError
                where error.code == .notFound
            {
                throw AdministrationError.noOperator(ofSet: name)
            }
        }
        let named = try self.operator(reference)
        guard named.name.isExactly(name) else {
            throw AdministrationError(
                .refused, "the set is for the operator \"\(name)\", and \"\(named.name)\" was named",
                remedy:
                    "write operator: \(named.name) in chancery.yaml if it is for that one; otherwise leave --operator out"
            )
        }
        return named
    }

    /// The apply that was begun and not finished; nil for none.
    public func unfinishedPolicyRun(of entry: OperatorEntry) throws -> PolicyRun? {
        try policyRun("WHERE operator = ? AND state = 'running'", entry)
    }

    /// The last apply or undo that was finished and not undone; nil for none.
    func lastPolicyRun(of entry: OperatorEntry) throws -> PolicyRun? {
        try policyRun("WHERE operator = ? AND state = 'done' ORDER BY id DESC LIMIT 1", entry)
    }

    /// The last one that an undo takes back. One that changed nothing is passed over, and so is the undo of an apply that
    /// had not come to its end: that would lead to the middle of it.
    func lastChangingRun(of entry: OperatorEntry) throws -> PolicyRun? {
        try policyRun(
            """
            WHERE operator = ? AND state = 'done' AND before <> target AND (kind = 'apply' OR \(ApplyStep.narrow.rawValue) <= (
                SELECT earlier.stored_step FROM policy_runs AS earlier
                WHERE earlier.operator = policy_runs.operator AND earlier.id < policy_runs.id
                ORDER BY earlier.id DESC LIMIT 1))
            ORDER BY id DESC LIMIT 1
            """, entry)
    }

    func policyRun(_ clause: String, _ entry: OperatorEntry) throws -> PolicyRun? {
        try database.row("SELECT * FROM policy_runs \(clause)", [entry.publicKey.text]).map(Self.policyRun)
    }

    private static func policyRun(_ row: StoredRow) throws -> PolicyRun {
        func states(_ column: String) throws -> GovernedStates {
            try JSONDecoder().decode(GovernedStates.self, from: Data(row.text(column).orDamaged().utf8))
        }
        func step(_ column: String) -> ApplyStep? {
            row.integer(column).flatMap { ApplyStep(rawValue: Int(clamping: $0)) }
        }
        return PolicyRun(
            id: try row.integer("id").orDamaged(), kind: row.text("kind") == "undo" ? .undo : .apply,
            isFinished: row.text("state") != "running", stored: step("stored_step"),
            confirmed: step("confirmed_step"), before: try states("before"), target: try states("target"),
            texts: row.bytes("texts"), operatorKey: try row.text("operator").orDamaged())
    }

    /// The texts that an account is governed by; nil for a free one.
    public func policyTexts(of account: PublicKey) throws -> PolicyTexts? {
        let sql = """
            SELECT content AS text FROM policy_texts JOIN policy_accounts ON policy_accounts.texts = policy_texts.hash
            WHERE account = ?
            """
        return try database.texts(sql, [account.text]).first.flatMap { PolicyTexts(encoded: $0) }
    }

    /// Where an entry of claims stands in the files that are in force: empty where no file says it.
    ///
    /// - Parameters:
    ///   - version: of the account's claims.
    ///   - pointer: such as `/nats/signing_keys/KEY/template/pub/allow/0`.
    public func policySources(of version: TokenVersion, at pointer: String) throws -> [PolicyPosition] {
        try sourceMap(of: version)?.places[pointer] ?? []
    }

    /// Where an entry of claims stood in the files that were in force at a time, also where later files say nothing of
    /// those claims any more.
    ///
    /// - Parameter time: Unix seconds.
    public func policySources(
        of version: TokenVersion, at pointer: String, asOf time: Int64
    ) throws -> [PolicyPosition] {
        let sql = """
            SELECT places AS text FROM policy_sources JOIN policy_texts ON policy_texts.hash = policy_sources.texts
            WHERE version = ? AND recorded_at <= ? ORDER BY policy_sources.rowid DESC
            """
        // An apply of several steps also has maps of claims that it is about to replace: of the entries that it leaves.
        for text in try database.texts(sql, [Data(version.bytes), time]) {
            if let places = SourceMap(encoded: text)?.places[pointer], !places.isEmpty { return places }
        }
        return []
    }

    /// The map of claims, for the texts that were applied last with them; nil where none were.
    func sourceMap(of version: TokenVersion) throws -> SourceMap? {
        let sql = """
            SELECT places AS text FROM policy_sources JOIN policy_texts ON policy_texts.hash = policy_sources.texts
            WHERE version = ? ORDER BY policy_sources.rowid DESC LIMIT 1
            """
        return try database.texts(sql, [Data(version.bytes)]).first.flatMap { SourceMap(encoded: $0) }
    }

    /// What is said of an account and its parts for people, by what it is about, such as `role sensor`.
    public func policyDescriptions(of account: PublicKey) throws -> [String: String] {
        let sql = "SELECT subject, description FROM policy_descriptions WHERE account = ?"
        let rows = try database.rows(sql, [account.text])
        return Dictionary(
            rows.map { ($0.text("subject") ?? "", $0.text("description") ?? "") },
            uniquingKeysWith: { first, _ in first })
    }

    /// The imports that wait for their exporters.
    public func importRequests(of account: PublicKey) throws -> [ImportRequest] {
        let sql =
            "SELECT exporter, kind, subject FROM policy_requests WHERE importer = ? ORDER BY exporter, kind, subject"
        return try database.rows(sql, [account.text]).map { row in
            ImportRequest(
                importer: account.text, exporter: row.text("exporter") ?? "", kind: row.text("kind") ?? "",
                subject: row.text("subject") ?? "")
        }
    }

    /// The settings claims of an account; nil where it has none.
    public func settingsToken(of account: PublicKey) throws -> String? {
        let sql = """
            SELECT tokens.text FROM policy_settings JOIN tokens ON tokens.id = policy_settings.token WHERE account = ?
            """
        return try database.texts(sql, [account.text]).first
    }

    func settings(of account: PublicKey) throws -> SettingsClaims? {
        try settingsToken(of: account).flatMap { try? SettingsClaims.decode($0) }
    }

    /// The users that files declare in an account, by name.
    public func declaredUsers(of account: PublicKey) throws -> [CompiledUser] {
        let sql = "SELECT content AS text FROM policy_users WHERE account = ? ORDER BY name"
        return try database.texts(sql, [account.text]).compactMap {
            try? JSONDecoder().decode(CompiledUser.self, from: Data($0.utf8))
        }
    }

    /// The roles of an account that policies made and that are not deleted, by name.
    func policyRoles(of account: PublicKey) throws -> [GovernedState.Role] {
        let sql = """
            SELECT name, public_key, description, terms FROM policy_roles
            WHERE account = ? AND deleted_at IS NULL ORDER BY name
            """
        return try database.rows(sql, [account.text]).map(Self.policyRole)
    }

    /// The role of a governed account that a key is; nil for a key that no file says anything about.
    func policyRole(of account: PublicKey, key: String) throws -> GovernedState.Role? {
        let sql = """
            SELECT name, public_key, description, terms FROM policy_roles
            WHERE account = ? AND public_key = ? AND deleted_at IS NULL
            """
        guard try isGoverned(account) else { return nil }
        return try database.row(sql, [account.text, key]).map(Self.policyRole)
    }

    private static func policyRole(_ row: StoredRow) throws -> GovernedState.Role {
        GovernedState.Role(
            name: row.text("name") ?? "", publicKey: row.text("public_key") ?? "",
            description: row.text("description") ?? "",
            terms: try row.text("terms").map { try JSONDecoder().decode(RoleTerms.self, from: Data($0.utf8)) })
    }

    /// What policies have decided about an account; nil for a free one.
    func governedState(of account: PublicKey) throws -> GovernedState? {
        try database.texts("SELECT state AS text FROM policy_accounts WHERE account = ?", [account.text]).first.map {
            try JSONDecoder().decode(GovernedState.self, from: Data($0.utf8))
        }
    }

    /// An account as it is, whoever made it so.
    func presentState(of account: AccountEntry) throws -> GovernedState {
        var claims = try account.claims()
        // Whose signature it was says nothing about what is allowed.
        (claims.issuer, claims.issuedAt, claims.common.id) = ("", 0, "")
        var state = GovernedState(name: account.name)
        do { state.claims = try claims.json() } catch { throw AdministrationError.damagedRow }
        if let settings = try settings(of: account.publicKey), !settings.roles.isEmpty {
            state.replies = Dictionary(
                settings.roles.map { ($0.key, $0.value.replies.rawValue) }, uniquingKeysWith: { first, _ in first })
        }
        state.roles = try policyRoles(of: account.publicKey)
        state.users = try declaredUsers(of: account.publicKey)
        state.descriptions = try policyDescriptions(of: account.publicKey)
        state.requests = try importRequests(of: account.publicKey)
        let governed = try governedState(of: account.publicKey)
        (state.texts, state.leaves) = (governed?.texts, governed?.leaves ?? [])
        return state
    }
}

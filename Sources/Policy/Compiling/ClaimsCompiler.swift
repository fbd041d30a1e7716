import Claims

/// Compiles an account: everything that its file says beside the roles, which are compiled already.
struct ClaimsCompiler {
    private let account: PolicySet.Account
    private let ceilings: PolicyManifest.Ceilings
    private(set) var problems: [PolicyProblem] = []
    private var sources: [String: [PolicyPosition]] = [:]
    private var descriptions: [String: String] = [:]

    init(_ account: PolicySet.Account, _ ceilings: PolicyManifest.Ceilings) {
        self.account = account
        self.ceilings = ceilings
    }

    mutating func compile() -> CompiledAccount {
        let policy = account.written
        var body = AccountClaims(subject: "")
        // Who has no role may do nothing.
        body.defaultPermissions = .nothing
        body.limits = limits(policy.limits)
        sources["limits"] = [policy.limits.position ?? policy.account.position]
        body.exports = policy.exports.compactMap { export($0) }
        for mapping in policy.mappings { add(mapping, to: &body) }
        let imports = policy.imports.compactMap { imported($0) }
        for user in policy.users { note("user \(user.name)", user.position) }
        for role in policy.roles { checkLimits(of: role) }
        for role in policy.roles { note("role \(role.name)", role.position, role.description) }
        let roles = account.roles.values.sorted { $0.name < $1.name }
        for role in roles {
            if sources["role \(role.name)"] == nil { note("role \(role.name)", role.policy.position) }
            for (path, places) in role.sources { sources["role \(role.name)\(path)"] = places }
        }
        checkClaims(policy)
        let extras = extras(policy.claims, without: Self.notInClaims)
        if let extras { check(extras, policy, body) }
        body.sort()
        return CompiledAccount(
            name: policy.account.value, description: policy.description, roles: roles, imports: imports, users: users(),
            leave: leave(policy.leave), descriptions: descriptions, body: body, sources: sources,
            extras: extras, grants: policy.placedGrants, ceiling: ceilings.lifetime?.value)
    }

    /// What cannot be merged, and what servers do not take.
    private mutating func check(_ extras: ClaimsExtras, _ policy: AccountPolicy, _ body: AccountClaims) {
        do throws(ClaimsError) {
            let merged = try body.merging(extras)
            problems += PolicyProblem.claims(
                policy.claims, at: extras.position, merged.validate(at: 0), besides: body.validate(at: 0),
                in: account.source)
        } catch {
            problems.append(.claims(policy.claims, at: extras.position, error, in: account.source))
        }
    }

    /// Members of `limits` and of `mappings` are given one by one.
    private mutating func checkClaims(_ policy: AccountPolicy) {
        for (part, given) in policy.givenFields.sorted(by: { $0.key < $1.key }) {
            guard case .members(let members)? = policy.claims.first(where: { $0.name == part })?.value.content else {
                continue
            }
            problems += PolicyProblem.conflicts(members, given, in: account.source)
        }
    }

    private mutating func note(_ what: String, _ position: PolicyPosition, _ description: String = "") {
        sources[what] = (sources[what] ?? []) + [position]
        if !description.isEmpty { descriptions[what] = description }
    }

    private mutating func report(
        _ code: PolicyProblem.Code, at position: PolicyPosition, _ message: String, remedy: String = ""
    ) {
        problems.append(PolicyProblem(code, at: position, in: account.source, message, remedy: remedy))
    }

    /// What has a key, a date or a syntax of its own.
    static let notInClaims = [
        "imports", "exports", "signing_keys", "revocations", "authorization", "description", "type", "version",
    ]

    static let notInExports = ["subject", "type", "revocations", "description"]
    static let notInImports = ["subject", "account", "token", "type"]

    private mutating func extras(_ raw: [RawValue.Member], without governed: [String]) -> ClaimsExtras? {
        for member in raw where governed.contains(member.name) {
            report(
                .wrongValue, at: member.value.position, "claims cannot give \(member.name)",
                remedy: "no file holds a key, a date or a revocation; what the directory has may stay with leave:")
        }
        return ClaimsExtras(raw.filter { !governed.contains($0.name) })
    }

    private mutating func leave(_ texts: [Placed<String>]) -> LeavePolicy {
        LeavePolicy(
            texts.compactMap { text in
                if let entry = LeavePolicy.entry(text) { return entry }
                report(
                    .wrongValue, at: text.position, "leave knows nothing that is called \"\(text.value)\"",
                    remedy: "it takes \(LeavePolicy.Kind.allCases.map(\.rawValue).joined(separator: ", ")), and "
                        + "\"role NAME\" and the like, where * stands for anything")
                return nil
            })
    }

    /// In the template of a scope 0 is left out, and what is left out is unlimited.
    private mutating func checkLimits(of role: RolePolicy) {
        for (name, limit) in [("subscriptions", role.limits.subscriptions), ("payload", role.limits.payload)]
        where limit == .most(0) {
            report(
                .cannotBeSaid, at: role.position,
                "claims cannot limit the \(name) of a role to 0: servers would read no limit",
                remedy: name == "payload" ? "write 1B" : "allow nothing under subscribe")
        }
    }

    // MARK: Parts

    /// What a file does not say is the ceiling, and unlimited where there is none.
    private func limits(_ policy: AccountLimitsPolicy) -> AccountLimits {
        var limits = AccountLimits.unlimited
        func claim(_ limit: PolicyLimit?, _ ceiling: PolicyLimit? = nil) -> Int64 {
            switch limit ?? ceiling {
            case .most(let most): most
            case .unlimited, nil: AccountLimits.unlimitedValue
            }
        }
        limits.connections = claim(policy.connections, ceilings.connections)
        limits.leafNodeConnections = claim(policy.leafNodes, ceilings.leafNodes)
        limits.subscriptions = claim(policy.subscriptions, ceilings.subscriptions)
        limits.payload = claim(policy.payload, ceilings.payload)
        limits.imports = claim(policy.imports)
        limits.exports = claim(policy.exports)
        if let all = policy.jetStream?.all { limits.jetStream = jetStream(all) }
        for tier in policy.jetStream?.tiers ?? [] { limits.tieredJetStream[tier.name] = jetStream(tier.limits) }
        return limits
    }

    /// JetStream has no ceilings: what is not said is nothing, of streams and consumers no limit.
    private func jetStream(_ policy: JetStreamPolicy) -> JetStreamLimits {
        func claim(_ limit: PolicyLimit?, _ usual: Int64) -> Int64 {
            switch limit {
            case .most(let most): most
            case .unlimited: AccountLimits.unlimitedValue
            case nil: usual
            }
        }
        var limits = JetStreamLimits()
        limits.diskStorage = claim(policy.disk, 0)
        limits.memoryStorage = claim(policy.memory, 0)
        limits.streams = claim(policy.streams, AccountLimits.unlimitedValue)
        limits.consumers = claim(policy.consumers, AccountLimits.unlimitedValue)
        limits.maxAckPending = claim(policy.ackPending, 0)
        limits.diskMaxStreamBytes = claim(policy.diskStream, 0)
        limits.memoryMaxStreamBytes = claim(policy.memoryStream, 0)
        limits.maxBytesRequired = policy.requiresMaximum
        return limits
    }

    private mutating func export(_ policy: ExportPolicy) -> Export? {
        guard let subject = policy.subject?.text else { return nil }
        let type: ExportType = policy.kind == .stream ? .stream : .service
        var export = Export(
            name: policy.name?.value ?? subject, subject: subject, type: type,
            tokenRequired: policy.isPrivate || !policy.grants.isEmpty)
        if type == .service {
            export.responseType = policy.response.kind?.value.claim ?? .singleton
            export.responseThreshold = policy.response.within?.value ?? 0
            if let latency = policy.latency, let results = latency.results?.text {
                export.latency = ServiceLatency(sampling: latency.share ?? 100, results: results)
            }
        }
        export.accountTokenPosition = policy.accountToken.map { UInt(clamping: $0.value) } ?? 0
        export.allowTrace = policy.allowsTrace
        export.advertise = policy.isAdvertised
        note("export \(type.name) \(subject)", policy.position, policy.description)
        let extras = extras(policy.claims, without: Self.notInExports)
        problems += PolicyProblem.conflicts(policy.claims, policy.givenFields, in: account.source)
        let whole = merged(extras, policy.claims, export) { (export, extras) throws(ClaimsError) in
            try export.merging(extras)
        }
        if let extras {
            problems += PolicyProblem.claims(
                policy.claims, at: extras.position, whole.issues, besides: export.issues, in: account.source)
        }
        return whole
    }

    private mutating func imported(_ policy: ImportPolicy) -> CompiledImport? {
        guard let subject = policy.subject?.text, let from = policy.from?.value else { return nil }
        let type: ExportType = policy.kind == .stream ? .stream : .service
        var item = Import(
            name: policy.name?.value ?? subject, subject: subject, localSubject: policy.local?.text ?? "", type: type)
        item.share = policy.isShared
        item.allowTrace = policy.allowsTrace
        note("import \(type.name) \(subject) \(from)", policy.position)
        let extras = extras(policy.claims, without: Self.notInImports)
        problems += PolicyProblem.conflicts(policy.claims, policy.givenFields, in: account.source)
        let whole = merged(extras, policy.claims, item) { (item, extras) throws(ClaimsError) in
            try item.merging(extras)
        }
        if let extras {
            problems += PolicyProblem.claims(
                policy.claims, at: extras.position, whole.issues, besides: item.issues, in: account.source)
        }
        return CompiledImport(from: from, claim: whole, position: policy.position)
    }

    private mutating func merged<Element>(
        _ extras: ClaimsExtras?, _ raw: [RawValue.Member], _ element: Element,
        _ merge: (Element, ClaimsExtras) throws(ClaimsError) -> Element
    ) -> Element {
        guard let extras else { return element }
        do throws(ClaimsError) { return try merge(element, extras) } catch {
            problems.append(.claims(raw, at: extras.position, error, in: account.source))
            return element
        }
    }

    /// The name of no cluster.
    static let nowhere = "_nowhere_"

    /// Shares that stay are left out where nothing is lost: what no destination takes stays.
    private mutating func add(_ policy: MappingPolicy, to body: inout AccountClaims) {
        let source = policy.source.text
        let loses = policy.shares.contains(where: \.isLost)
        var destinations: [WeightedMapping] = []
        for share in policy.shares {
            switch share.target {
            case .subject(let subject):
                destinations.append(WeightedMapping(subject: subject, weight: UInt8(clamping: share.percent)))
            case .stay where loses:
                destinations.append(WeightedMapping(subject: source, weight: UInt8(clamping: share.percent)))
            case .stay, .drop: continue
            }
        }
        if loses, !destinations.contains(where: { $0.subject == source }) {
            // Only where the source is listed is anything lost; in this cluster nobody is.
            destinations.append(WeightedMapping(subject: source, weight: 1, cluster: Self.nowhere))
        }
        body.mappings[source] = destinations.isEmpty ? nil : destinations
        note("mapping \(source)", policy.source.position)
        for share in policy.shares { sources["mapping \(source)", default: []].append(share.position) }
    }

    /// Seconds: what its role says, and no more than the set's ceiling.
    private func lifetime(of user: UserPolicy) -> Int64? {
        let own = account.composedRole(of: user)?.lifetime
        let lifetimes = [own?.usual ?? own?.most, ceilings.lifetime?.value].compactMap { $0 }
        return lifetimes.min().map { max(1, $0 / 1_000_000_000) }
    }

    private func users() -> [CompiledUser] {
        account.policy.users.map { user in
            CompiledUser(
                name: user.name, role: account.role(of: user)?.name ?? "",
                tags: user.tags.map { "\($0.name):\($0.value.value)" }.sorted(), description: user.description,
                lifetime: lifetime(of: user))
        }.sorted { $0.name < $1.name }
    }
}

extension Export {
    /// What is wrong with an account that exports it.
    fileprivate var issues: [ValidationIssue] {
        var claims = AccountClaims(subject: "")
        (claims.exports, claims.limits) = ([self], .unlimited)
        return claims.validate(at: 0)
    }
}

extension Import {
    /// What is wrong with an account that imports it.
    fileprivate var issues: [ValidationIssue] {
        var claims = AccountClaims(subject: "")
        (claims.imports, claims.limits) = ([self], .unlimited)
        return claims.validate(at: 0)
    }
}

extension ExportPolicy.Response.Kind {
    fileprivate var claim: ResponseType {
        switch self {
        case .single: .singleton
        case .stream: .stream
        case .chunked: .chunked
        }
    }
}

extension PolicySet {
    /// What the set makes of an account, by its name.
    public func compiled(_ name: String) -> CompiledAccount? {
        account(name).map { account in
            var compiler = ClaimsCompiler(account, manifest.ceilings)
            return compiler.compile()
        }
    }

    /// Every account of the set that has a file, in the order of `chancery.yaml`.
    public var compiledAccounts: [CompiledAccount] {
        accounts.compactMap { compiled($0.policy.account.value) }
    }
}

// Exports, imports and mappings.

extension PolicyReader {
    mutating func exports(_ node: PolicyNode) -> [ExportPolicy] {
        elements(of: node, "exports").map { element in
            var export = ExportPolicy(position: element.position)
            read(element, "an export", into: &export, Self.exportKeys)
            checkKind(of: element, "an export")
            check(export)
            return export
        }
    }

    static let exportKeys: Keys<ExportPolicy> = [
        (
            "stream",
            { reader, node, export in
                export.subject = reader.subject(node, "stream", hasTemplates: false)
                export.kind = .stream
            }
        ),
        (
            "service",
            { reader, node, export in
                export.subject = reader.subject(node, "service", hasTemplates: false)
                export.kind = .service
            }
        ),
        ("name", { $2.name = $0.placedName($1, "name") }),
        ("description", { $2.description = $0.prose($1, "description") ?? "" }),
        ("private", { $2.isPrivate = $0.truth($1, "private") ?? false }),
        ("grant", { $2.grants = $0.grants($1) }),
        ("response", { $0.read($1, "response", into: &$2.response, responseKeys) }),
        (
            "latency",
            { reader, node, export in
                var latency = ExportPolicy.Latency(position: node.position)
                reader.read(node, "latency", into: &latency, latencyKeys)
                export.latency = latency
            }
        ),
        (
            "account_token",
            { reader, node, export in
                export.accountToken = reader.count(node, "account_token").map { Placed($0, node.position) }
            }
        ),
        ("trace", { $2.allowsTrace = $0.truth($1, "trace") ?? false }),
        ("advertise", { $2.isAdvertised = $0.truth($1, "advertise") ?? false }),
        ("claims", { $2.claims = $0.claims($1, .export, besides: ClaimsCompiler.notInExports) }),
    ]

    static let responseKeys: Keys<ExportPolicy.Response> = [
        ("type", { $2.kind = $0.word($1, "type") }),
        (
            "within",
            { reader, node, response in
                response.within = reader.duration(node, "within").map { Placed($0, node.position) }
            }
        ),
    ]

    static let latencyKeys: Keys<ExportPolicy.Latency> = [
        (
            "share",
            { reader, node, latency in
                latency.share = reader.number(node, "share", "a share such as 10%, or headers") {
                    $0 == "headers" ? 0 : PolicyNumber.share($0)
                }
            }
        ),
        ("results", { $2.results = $0.subject($1, "results", isLiteral: true, hasTemplates: false) }),
    ]

    private mutating func grants(_ node: PolicyNode) -> [ExportPolicy.Grant] {
        requireEntries(
            node, "grant", remedy: "name the accounts that may import it; write private: true for none of them yet")
        return elements(of: node, "grant").map { element in
            var grant = ExportPolicy.Grant(position: element.position)
            // A name alone grants all of it, for ever.
            if case .text = element.content {
                grant.account = name(element, "a grant").map { Placed($0, element.position) }
                return grant
            }
            read(element, "a grant", into: &grant, Self.grantKeys)
            if grant.account == nil {
                report(.missingKey, at: element.position, "a grant names no account", remedy: "write account: NAME")
            }
            return grant
        }
    }

    static let grantKeys: Keys<ExportPolicy.Grant> = [
        ("account", { $2.account = $0.placedName($1, "account") }),
        ("only", { $2.only = $0.subject($1, "only", hasTemplates: false) }),
        ("until", { reader, node, grant in grant.until = reader.day(node, "until").map { Placed($0, node.position) } }),
    ]

    /// Either a stream or a service.
    private mutating func checkKind(of node: PolicyNode, _ what: String) {
        var members: [PolicyNode.Member] = []
        switch node.content {
        case .mapping(let found): members = found
        case .nothing: break
        // It has been told of.
        case .text, .list: return
        }
        let kinds = members.filter { $0.name == "stream" || $0.name == "service" }
        if kinds.isEmpty {
            report(
                .missingKey, at: node.position, "\(what) is a stream or a service",
                remedy: "write stream: SUBJECT or service: SUBJECT")
        } else if kinds.count > 1 {
            report(
                .conflict, at: kinds[1].key.position, "\(what) is a stream or a service, and not both",
                remedy: "make two of it", related: .init(position: kinds[0].key.position, message: "the other"))
        }
    }

    private mutating func check(_ export: ExportPolicy) {
        if let token = export.accountToken, token.value > 0, export.isPrivate || !export.grants.isEmpty {
            report(
                .withoutEffect, .warning, at: token.position,
                "private and grant keep nobody out beside account_token: servers let in every account whose own key "
                    + "stands in the subject that it imports",
                remedy: "take account_token out, or private and grant")
        }
        guard export.kind == .stream else { return }
        for (place, what) in [
            (export.response.kind?.position ?? export.response.within?.position, "response"),
            (export.latency?.position, "latency"),
        ] {
            guard let place else { continue }
            report(.withoutEffect, at: place, "\(what) belongs to services, and this is a stream")
        }
    }

    mutating func imports(_ node: PolicyNode) -> [ImportPolicy] {
        elements(of: node, "imports").map { element in
            var `import` = ImportPolicy(position: element.position)
            read(element, "an import", into: &`import`, Self.importKeys)
            checkKind(of: element, "an import")
            if `import`.from == nil {
                report(
                    .missingKey, at: element.position, "an import names no account to take it from",
                    remedy: "write from: NAME")
            }
            return `import`
        }
    }

    static let importKeys: Keys<ImportPolicy> = [
        (
            "stream",
            { reader, node, item in
                item.subject = reader.subject(node, "stream", hasTemplates: false)
                item.kind = .stream
            }
        ),
        (
            "service",
            { reader, node, item in
                item.subject = reader.subject(node, "service", hasTemplates: false)
                item.kind = .service
            }
        ),
        ("from", { $2.from = $0.placedName($1, "from") }),
        ("as", { $2.local = $0.subject($1, "as", hasTemplates: false) }),
        ("name", { $2.name = $0.placedName($1, "name") }),
        ("share", { $2.isShared = $0.truth($1, "share") ?? false }),
        ("trace", { $2.allowsTrace = $0.truth($1, "trace") ?? false }),
        ("claims", { $2.claims = $0.claims($1, .item, besides: ClaimsCompiler.notInImports) }),
    ]

    /// `orders.v1.>: { orders.v2.>: 10%, stay: 90% }`, or one destination for all of it.
    mutating func mappings(_ node: PolicyNode) -> [MappingPolicy] {
        members(of: node, "mappings").compactMap { member in
            guard let source = subject(member.key, "a mapping's source", hasTemplates: false) else { return nil }
            if case .text = member.value.content {
                guard let text = destination(member.value) else { return nil }
                return MappingPolicy(
                    source: source,
                    shares: [.init(target: .subject(text), percent: 100, position: member.value.position)])
            }
            let members = members(of: member.value, "a mapping")
            let shares = members.compactMap { share(of: $0) }
            let total = shares.reduce(0) { $0 + $1.percent }
            if total != 100, !members.isEmpty, shares.count == members.count {
                report(
                    .wrongShares, at: member.key.position, "the shares of \(member.name) sum up to \(total)%, not 100%",
                    remedy: total < 100
                        ? "write stay: \(100 - total)% if the rest stays, or drop: \(100 - total)% if it is to be lost"
                        : "make them smaller")
            }
            return MappingPolicy(source: source, shares: shares)
        }
    }

    /// Where a mapping leads, `stay` and `drop` among it.
    private mutating func destination(_ node: PolicyNode) -> String? {
        checkAmbiguity(of: node)
        return text(node, "a destination")
    }

    private mutating func share(of member: PolicyNode.Member) -> MappingPolicy.Share? {
        guard let target = destination(member.key) else { return nil }
        guard let percent = number(member.value, "a share", "a share such as 10%", { PolicyNumber.share($0) }) else {
            return nil
        }
        let what: MappingPolicy.Share.Target = target == "stay" ? .stay : target == "drop" ? .drop : .subject(target)
        return .init(target: what, percent: percent, position: member.key.position)
    }
}

extension PolicyProblem.Code {
    /// Something that changes nothing where it stands.
    public static let withoutEffect = Self("without-effect")
    /// Shares of a mapping that are not 100 % together.
    public static let wrongShares = Self("wrong-shares")
}

import Subjects

// What accounts take from each other, and where their mappings lead.

extension SetChecker {
    /// Consent (rule S5): the subject lies inside an export of the exporter, and every export that it meets is public or
    /// grants it to this importer.
    mutating func checkImports(of account: PolicySet.Account) {
        for item in account.policy.imports {
            guard let from = item.from, let subject = item.subject, let pattern = try? Pattern(subject.text) else {
                continue
            }
            guard let entry = manifest.accounts.first(where: { $0.name.value == from.value }) else {
                report(
                    .unknownAccount, at: from.position, in: account.source, "the set has no account \"\(from.value)\"",
                    remedy: Suggestion.nearest(to: from.value, in: manifest.accounts.map(\.name.value))
                        .map { "did you mean \($0)?" } ?? "add it to the set, as managed elsewhere if it is")
                continue
            }
            // What an account offers that is managed elsewhere is not known here.
            guard entry.file != nil, let exporter = accounts.first(where: { $0.policy.account.value == from.value })
            else { continue }
            checkConsent(to: item, subject, pattern, of: account, from: exporter)
        }
    }

    private mutating func checkConsent(
        to item: ImportPolicy, _ subject: PolicySubject, _ pattern: Pattern, of account: PolicySet.Account,
        from exporter: PolicySet.Account
    ) {
        let offered = exporter.policy.exports.compactMap { export -> (ExportPolicy, Pattern)? in
            guard export.kind == item.kind, let subject = export.subject, let pattern = try? Pattern(subject.text)
            else { return nil }
            return (export, pattern)
        }
        let (importer, from) = (account.policy.account.value, exporter.policy.account.value)
        guard offered.contains(where: { pattern.isContained(in: $0.1) }) else {
            report(
                .noConsent, at: subject.position, in: account.source,
                "\(from) exports no \(item.kind.rawValue) that \(subject.text) lies in",
                remedy: offered.isEmpty ? "" : "it exports: \(offered.map(\.1.description).joined(separator: ", "))")
            return
        }
        for (export, exported) in offered where exported.overlaps(pattern) {
            guard export.isPrivate || !export.grants.isEmpty else { continue }
            let grants = export.grants.filter { $0.account?.value == importer }
            if grants.contains(where: { $0.covers(pattern) }) { continue }
            report(
                .noConsent, at: subject.position, in: account.source,
                grants.isEmpty
                    ? "\(from) does not grant \(exported) to \(importer)"
                    : "\(from) grants \(importer) less of \(exported) than \(subject.text)",
                remedy:
                    "add grant: [ { account: \(importer), only: \(subject.text) } ] to the export, or take it out here",
                related: .init(position: export.position, message: "the export"))
        }
    }

    /// A grant to nobody that the set knows: mostly a name that is written wrong.
    mutating func checkGrants(of account: PolicySet.Account) {
        let names = manifest.accounts.map(\.name.value)
        for grant in account.policy.exports.flatMap(\.grants) {
            guard let importer = grant.account, !names.contains(importer.value) else { continue }
            report(
                .unknownAccount, .warning, at: importer.position, in: account.source,
                "the set has no account \"\(importer.value)\" that this could be granted to",
                remedy: Suggestion.nearest(to: importer.value, in: names).map { "did you mean \($0)?" }
                    ?? "add it to the set, as managed elsewhere if it is")
        }
    }

    // MARK: Mappings

    mutating func checkMappings(of account: PolicySet.Account) {
        var sources: [(Pattern, MappingPolicy)] = []
        for mapping in account.policy.mappings {
            guard let pattern = try? Pattern(mapping.source.text) else { continue }
            for (other, earlier) in sources where other.overlaps(pattern) {
                report(
                    .overlap, at: mapping.source.position, in: account.source,
                    "\(pattern) and \(other) are both mapped where they meet, and claims do not say which comes first",
                    remedy: "make them apart",
                    related: .init(position: earlier.source.position, message: "the other mapping"))
            }
            sources.append((pattern, mapping))
            checkDestinations(of: mapping, in: account)
        }
    }

    private mutating func checkDestinations(of mapping: MappingPolicy, in account: PolicySet.Account) {
        if let drop = mapping.shares.first(where: \.isLost), mapping.source.text.split(separator: ".").contains("*") {
            report(
                .cannotBeSaid, at: drop.position, in: account.source,
                "claims lose a share only where the source has no *",
                remedy: "map the share to a subject that nobody subscribes to, such as _DROPPED.$1")
        }
        for share in mapping.shares {
            guard case .subject(let text) = share.target else { continue }
            do throws(SubjectTransformError) {
                _ = try SubjectTransform(from: mapping.source.text, to: text, for: .mapping)
            } catch {
                report(
                    .wrongSubject, at: share.position, in: account.source,
                    "\(text) cannot be a destination of \(mapping.source.text): \(error)")
            }
        }
    }
}

extension ExportPolicy.Grant {
    /// Whether a subject of the export is granted.
    func covers(_ pattern: Pattern) -> Bool {
        guard let only else { return true }
        guard let granted = try? Pattern(only.text) else { return false }
        return pattern.isContained(in: granted)
    }
}

extension PolicyProblem.Code {
    /// An account that the set does not have.
    public static let unknownAccount = Self("unknown-account")
    /// An import that its exporter does not allow.
    public static let noConsent = Self("no-consent")
    /// Two rules that mean different things for the same subjects.
    public static let overlap = Self("overlap")
}

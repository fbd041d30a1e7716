import NKeys
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
            guard let entry = names.entries[from.value] else {
                report(
                    .unknownAccount, at: from.position, in: account.source, "the set has no account \"\(from.value)\"",
                    remedy: suggestion(for: from.value, in: manifest.accounts.map(\.name.value))
                        ?? "add it to the set, as managed elsewhere if it is")
                continue
            }
            // What an account offers that is managed elsewhere is not known here.
            guard entry.file != nil, let exporter = names.accounts[from.value] else { continue }
            if offers[from.value] == nil { offers[from.value] = AccountOffers(exporter.policy) }
            do throws(SubjectsTooLarge) {
                try checkConsent(to: item, subject, pattern, of: account, from: from.value)
            } catch {
                return report(
                    .tooLarge, at: subject.position, in: account.source,
                    "the imports are too many to look for the leave of their exporters: \(error)",
                    remedy: "make two accounts of it")
            }
        }
    }

    private mutating func checkConsent(
        to item: ImportPolicy, _ subject: PolicySubject, _ pattern: Pattern, of account: PolicySet.Account,
        from: String
    ) throws(SubjectsTooLarge) {
        let importer = account.policy.account.value
        guard try offers[from]?[item.kind].contains(pattern) ?? false else {
            let offered = offers[from]?[item.kind].offers ?? []
            let shown = offered.prefix(20).map(\.pattern.description).joined(separator: ", ")
            report(
                .noConsent, at: subject.position, in: account.source,
                "\(from) exports no \(item.kind.rawValue) that \(subject.text) lies in",
                remedy: offered.isEmpty ? "" : "it exports: \(shown)\(offered.count > 20 ? " and others" : "")")
            return
        }
        for offer in try offers[from]?[item.kind].meeting(pattern) ?? [] {
            checkAccountToken(of: subject, to: offer, in: account)
            guard offer.export.isPrivate || !offer.export.grants.isEmpty else { continue }
            let grants = offer.grants[importer] ?? []
            if grants.contains(where: { $0.covers(pattern) }) { continue }
            report(
                .noConsent, at: subject.position, in: account.source,
                grants.isEmpty
                    ? "\(from) does not grant \(offer.pattern) to \(importer)"
                    : "\(from) grants \(importer) less of \(offer.pattern) than \(subject.text)",
                remedy:
                    "add grant: [ { account: \(importer), only: \(subject.text) } ] to the export, or take it out here",
                related: .init(position: offer.export.position, message: "the export"))
        }
    }

    /// Where an export has the importer's own key in its subject, servers let in what has that key there and nothing else:
    /// neither another word nor a wildcard. Which key is the account's own is known where it is applied.
    private mutating func checkAccountToken(
        of subject: PolicySubject, to offer: AccountOffers.Kind.Offer, in account: PolicySet.Account
    ) {
        guard let place = offer.export.accountToken, place.value > 0 else { return }
        let words = subject.text.split(separator: ".")
        let word = Int(exactly: place.value).flatMap { $0 <= words.count ? String(words[$0 - 1]) : nil }
        if let word, let key = try? PublicKey(word), key.kind == .account { return }
        let name = account.policy.account.value
        report(
            .noConsent, at: subject.position, in: account.source,
            "this import can never be used: \(offer.pattern) has the importer's own public key as token \(place.value), and "
                + (word.map { "here that is \($0)" } ?? "this has no such token"),
            remedy: "write the public key of \(name) there, as a value of each environment where it is not the same: "
                + "\"chancery describe account \(name)\" shows it once the account is there; until then leave the import out",
            related: .init(position: place.position, message: "the account token"))
    }

    /// A grant to nobody that the set knows: mostly a name that is written wrong.
    mutating func checkGrants(of account: PolicySet.Account) {
        let names = manifest.accounts.map(\.name.value)
        for grant in account.policy.exports.flatMap(\.grants) {
            guard let importer = grant.account, self.names.entries[importer.value] == nil else { continue }
            report(
                .unknownAccount, .warning, at: importer.position, in: account.source,
                "the set has no account \"\(importer.value)\" that this could be granted to",
                remedy: suggestion(for: importer.value, in: names)
                    ?? "add it to the set, as managed elsewhere if it is")
        }
    }

    // MARK: Mappings

    mutating func checkMappings(of account: PolicySet.Account) {
        let mappings = account.policy.mappings.compactMap { mapping in
            (try? Pattern(mapping.source.text)).map { (mapping, $0) }
        }
        var index = RuleIndex(mappings.map(\.1))
        for (number, (mapping, pattern)) in mappings.enumerated() {
            checkDestinations(of: mapping, in: account)
            do throws(SubjectsTooLarge) {
                guard let other = try index.meeting(before: number) else { continue }
                let (earlier, source) = mappings[other]
                report(
                    .overlap, at: mapping.source.position, in: account.source,
                    "\(pattern) and \(source) are both mapped where they meet, and claims do not say which comes first",
                    remedy: "make them apart",
                    related: .init(position: earlier.source.position, message: "the other mapping"))
            } catch {
                return report(
                    .tooLarge, at: mapping.source.position, in: account.source,
                    "the mappings are too many to look for some that meet: \(error)", remedy: "take some of them out")
            }
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

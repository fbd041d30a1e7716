extension AccountClaims {
    /// Checks each import, and before it whether a service's local subject overlaps an earlier one's.
    func validateImports(_ issues: inout IssueList) {
        var earlier: TextDictionary<ImportedSubjects> = [:]
        for element in imports {
            guard !element.isNull else {
                issues.error("null import is not allowed")
                continue
            }
            if element.type == .service {
                earlier[element.account, default: ImportedSubjects()]
                    .add(element.overlapSubject, from: element.account, &issues)
            }
            element.validate(importingAccount: subject, &issues)
        }
    }
}

/// The local subjects of the services imported from one account so far.
private struct ImportedSubjects {
    /// Those with wildcards, or all, in the order they came.
    private struct Entries {
        var subjects: [String] = []
        var tokens: [[Int]] = []

        mutating func append(_ subject: String, _ tokens: [Int]) {
            subjects.append(subject)
            self.tokens.append(tokens)
        }
    }

    private var numbers = TokenNumbers()
    private var known: Set<ExactText> = []
    private var patterns = Entries()
    private var all = Entries()

    /// Reports overlaps with earlier subjects and adds this one.
    mutating func add(_ subject: String, from account: String, _ issues: inout IssueList) {
        let tokens = numbers.of(subject)
        let isPattern = SubjectRules.hasWildcards(subject)
        // Two subjects without wildcards overlap only when equal, so those need no search.
        let earlier = isPattern ? all : patterns
        for (index, other) in earlier.tokens.enumerated()
        where TokenNumbers.isContained(tokens, in: other) || TokenNumbers.isContained(other, in: tokens) {
            Self.report(subject, earlier.subjects[index], account, &issues)
        }
        guard known.insert(ExactText(subject)).inserted else {
            if !isPattern { Self.report(subject, subject, account, &issues) }
            return issues.error("overlapping subject namespace for \(quoted(subject)) in account \(quoted(account))")
        }
        if isPattern { patterns.append(subject, tokens) }
        all.append(subject, tokens)
    }

    private static func report(_ subject: String, _ other: String, _ account: String, _ issues: inout IssueList) {
        issues.error(
            "overlapping subject namespace for \(quoted(subject)) and \(quoted(other)) in same account "
                + quoted(account))
    }
}

extension Import {
    /// The subject in the importing account, as a pattern.
    fileprivate var overlapSubject: String {
        if !to.isEmpty { return to }
        return localSubject.isEmpty ? subject : SubjectRules.pattern(ofLocal: localSubject)
    }

    fileprivate func validate(importingAccount: String, _ issues: inout IssueList) {
        if type == .unknown { issues.error("invalid import type: \(quoted(type.name))") }
        if type == .service, allowTrace { issues.error("AllowTrace only valid for stream import") }
        if account.isEmpty { issues.error("account to import from is not specified") }
        if !to.isEmpty { issues.warning("the field to has been deprecated (use LocalSubject instead)") }
        SubjectRules.check(subject, &issues)
        if !localSubject.isEmpty {
            SubjectRules.checkLocal(localSubject, of: subject, &issues)
            if !to.isEmpty { issues.error("Local Subject replaces To") }
        }
        if share, type != .service {
            issues.error(
                "sharing information (for latency tracking) is only valid for services: \(quoted(subject))")
        }
        guard !token.isEmpty else { return }
        guard let activation = try? ActivationClaims.decode(token) else {
            return issues.error("import \(quoted(subject)) contains an invalid activation token")
        }
        validate(activation, importingAccount: importingAccount, &issues)
    }

    /// Checks the activation. Whether it has expired is for the server to see, time and again.
    private func validate(_ activation: ActivationClaims, importingAccount: String, _ issues: inout IssueList) {
        if activation.issuer != account, activation.issuerAccount != account {
            issues.error("activation token doesn't match account for import \(quoted(subject))")
        }
        if activation.subject != importingAccount {
            issues.error("activation token doesn't match account it is being included in, \(quoted(subject))")
        }
        if activation.importType != type {
            issues.error(
                "mismatch between token import type \(activation.importType.name) and type of import \(type.name)")
        }
        activation.validate(&issues)
        let needed = type == .service && !to.isEmpty ? to : subject
        if !SubjectRules.isContained(needed, in: activation.importSubject) {
            issues.error(
                "activation token import subject \(quoted(activation.importSubject)) doesn't match import "
                    + quoted(subject))
        }
    }
}

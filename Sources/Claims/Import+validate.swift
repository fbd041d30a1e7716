extension AccountClaims {
    /// Checks each import, and before it whether a service's local subject overlaps an earlier one's.
    func validateImports(_ issues: inout IssueList) {
        var earlier = importedSubjects()
        for (index, element) in imports.enumerated() where !issues.isClosed {
            issues.at("imports", .element(index)) { issues in
                guard !element.isNull else { return issues.error("null import is not allowed") }
                if element.type == .service {
                    earlier[element.account]?.reportNext(element.overlapSubject, from: element.account, &issues)
                }
                element.validate(importingAccount: subject, &issues)
            }
        }
    }

    /// The local subjects of all services, by the account they come from.
    private func importedSubjects() -> TextDictionary<ImportedSubjects> {
        var subjects: TextDictionary<[String]> = [:]
        for element in imports where !element.isNull && element.type == .service {
            subjects[element.account, default: []].append(element.overlapSubject)
        }
        var imported: TextDictionary<ImportedSubjects> = [:]
        for (account, subjects) in subjects { imported[account] = ImportedSubjects(subjects) }
        return imported
    }
}

/// The local subjects of the services imported from one account: which overlap is known beforehand, and told one by one.
private struct ImportedSubjects {
    /// Each subject once, in the order they came.
    private var subjects: [String] = []
    private var numbers: [ExactText: Int] = [:]
    private let overlaps: [Int: [Int]]
    /// How many different subjects have been told.
    private var told = 0

    init(_ all: [String]) {
        for subject in all where numbers[ExactText(subject)] == nil {
            numbers[ExactText(subject)] = subjects.count
            subjects.append(subject)
        }
        var tokens = TokenNumbers()
        let index = SubjectIndex(subjects.map { tokens.of($0) })
        let patterns = subjects.indices.filter { [subjects] in SubjectRules.hasWildcards(subjects[$0]) }
        // So many leave no room for another one.
        overlaps = index.overlaps(patterns: patterns, maximum: IssueList.maximumSize / IssueList.overhead + 1)
    }

    /// Reports the next subject's overlaps with the earlier ones.
    mutating func reportNext(_ subject: String, from account: String, _ issues: inout IssueList) {
        guard let number = numbers[ExactText(subject)] else { return }
        let isNew = number == told
        if isNew { told += 1 }
        var others = overlaps[number, default: []].filter { $0 < told }
        if !isNew {
            // A pattern lies in itself, at its place; another subject is only equal to itself, which comes last.
            let place = SubjectRules.hasWildcards(subject) ? others.firstIndex { $0 > number } : nil
            others.insert(number, at: place ?? others.endIndex)
        }
        for other in others where !issues.isClosed {
            issues.error(
                "overlapping subject namespace for \(quoted(subject)) and \(quoted(subjects[other])) in same account "
                    + quoted(account))
        }
        if !isNew {
            issues.error("overlapping subject namespace for \(quoted(subject)) in account \(quoted(account))")
        }
    }
}

extension Import {
    /// The subject in the importing account, as a pattern.
    fileprivate var overlapSubject: String {
        if !to.isEmpty { return to }
        return localSubject.isEmpty ? subject : SubjectRules.pattern(ofLocal: localSubject)
    }

    fileprivate func validate(importingAccount: String, _ issues: inout IssueList) {
        if type == .unknown { issues.error("invalid import type: \(quoted(type.name))", at: "type") }
        if type == .service, allowTrace {
            issues.error("AllowTrace only valid for stream import", at: "allow_trace")
        }
        if account.isEmpty { issues.error("account to import from is not specified", at: "account") }
        if !to.isEmpty {
            issues.warning("the field to has been deprecated (use LocalSubject instead)", at: "to")
        }
        issues.at("subject") { SubjectRules.check(subject, &$0) }
        if !localSubject.isEmpty {
            issues.at("local_subject") { issues in
                SubjectRules.checkLocal(localSubject, of: subject, &issues)
                if !to.isEmpty { issues.error("Local Subject replaces To") }
            }
        }
        if share, type != .service {
            issues.error(
                "sharing information (for latency tracking) is only valid for services: \(quoted(subject))",
                at: "share")
        }
        guard !token.isEmpty else { return }
        guard let activation = try? ActivationClaims.decode(token) else {
            return issues.error("import \(quoted(subject)) contains an invalid activation token", at: "token")
        }
        issues.at("token") { validate(activation, importingAccount: importingAccount, &$0) }
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
        issues.at("nats") { activation.validate(&$0) }
        let needed = type == .service && !to.isEmpty ? to : subject
        if !SubjectRules.isContained(needed, in: activation.importSubject) {
            issues.error(
                "activation token import subject \(quoted(activation.importSubject)) doesn't match import "
                    + quoted(subject))
        }
    }
}

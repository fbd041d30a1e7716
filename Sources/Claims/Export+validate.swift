extension AccountClaims {
    /// Checks each export, then whether exports of one kind contain each other.
    func validateExports(_ issues: inout IssueList) {
        var services = ExportedSubjects()
        var streams = ExportedSubjects()
        for (index, export) in exports.enumerated() where !issues.isClosed {
            issues.at("exports", .element(index)) { issues in
                guard !export.isNull else { return issues.error("null export is not allowed") }
                if export.type == .service {
                    services.append(export.subject, index)
                } else {
                    streams.append(export.subject, index)
                }
                export.validate(&issues)
            }
        }
        services.reportOverlaps("service", &issues)
        streams.reportOverlaps("stream", &issues)
    }
}

/// The subjects of the exports of one kind.
private struct ExportedSubjects {
    private var subjects: [String] = []
    /// Where each stands among all exports.
    private var places: [Int] = []

    mutating func append(_ subject: String, _ place: Int) {
        subjects.append(subject)
        places.append(place)
    }

    /// Reports each subject that contains another one of the list, with the first such, in the order of the subjects.
    func reportOverlaps(_ kind: String, _ issues: inout IssueList) {
        guard subjects.count > 1, !issues.isClosed else { return }
        var numbers = TokenNumbers()
        let index = SubjectIndex(subjects.map { numbers.of($0) })
        var known: Set<ExactText> = []
        let firsts = subjects.indices.filter { known.insert(ExactText(subjects[$0])).inserted }
        let found = firsts.compactMap { number in index.first(in: number).map { (number, $0) } }
        for (number, other) in found.sorted(by: { ExactText(subjects[$0.0]) < ExactText(subjects[$1.0]) }) {
            guard !issues.isClosed else { return }
            issues.error(
                "\(kind) export subject \(quoted(subjects[number])) already exports \(quoted(subjects[other]))",
                at: "exports", .element(places[number]), "subject")
        }
    }
}

extension Export {
    fileprivate func validate(_ issues: inout IssueList) {
        if type == .unknown { issues.error("invalid export type: \(quoted(type.name))", at: "type") }
        validateResponse(&issues)
        if let latency {
            if type != .service {
                issues.error("latency tracking only permitted for services", at: "service_latency")
            }
            issues.at("service_latency") { latency.validate(&$0) }
        }
        if responseThreshold < 0 {
            issues.error("negative response threshold is invalid", at: "response_threshold")
        }
        if responseThreshold > 0, type != .service {
            issues.error("response threshold only valid for services", at: "response_threshold")
        }
        issues.at("subject") { SubjectRules.check(subject, &$0) }
        issues.at("account_token_position") { validateAccountTokenPosition(&$0) }
        Information.check(description: description, url: infoURL, &issues)
    }

    private func validateResponse(_ issues: inout IssueList) {
        let valid: [ResponseType] = [.unspecified, .singleton, .chunked, .stream]
        if type == .service, !valid.contains(responseType) {
            issues.error("invalid response type for service: \(quoted(responseType.rawValue))", at: "response_type")
        }
        guard type == .stream else { return }
        if responseType != .unspecified {
            issues.error("invalid response type for stream: \(quoted(responseType.rawValue))", at: "response_type")
        }
        if allowTrace { issues.error("AllowTrace only valid for service export", at: "allow_trace") }
    }

    private func validateAccountTokenPosition(_ issues: inout IssueList) {
        guard accountTokenPosition > 0 else { return }
        guard SubjectRules.hasWildcards(subject) else {
            return issues.error("Account Token Position can only be used with wildcard subjects: \(subject)")
        }
        let tokens = SubjectRules.tokens(subject)
        guard accountTokenPosition <= UInt(tokens.count) else {
            return issues.error(
                "Account Token Position \(accountTokenPosition) exceeds length of subject '\(subject)'")
        }
        let token = tokens[Int(accountTokenPosition) - 1]
        if !SubjectRules.isStar(token) {
            issues.error(
                "Account Token Position \(accountTokenPosition) matches '\(Substring(token))' but must match a * in: "
                    + subject)
        }
    }
}

extension ServiceLatency {
    fileprivate func validate(_ issues: inout IssueList) {
        if !(0...100).contains(sampling) {
            issues.error("sampling percentage needs to be between 1-100", at: "sampling")
        }
        issues.at("results") { issues in
            SubjectRules.check(results, &issues)
            if SubjectRules.hasWildcards(results) { issues.error("results subject can not contain wildcards") }
        }
    }
}

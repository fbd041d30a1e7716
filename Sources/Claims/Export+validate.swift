extension AccountClaims {
    /// Checks each export, then whether exports of one kind contain each other.
    func validateExports(_ issues: inout IssueList) {
        var services: [String] = []
        var streams: [String] = []
        for export in exports {
            guard !export.isNull else {
                issues.error("null export is not allowed")
                continue
            }
            if export.type == .service { services.append(export.subject) } else { streams.append(export.subject) }
            export.validate(&issues)
        }
        Self.reportOverlaps(among: services, "service", &issues)
        Self.reportOverlaps(among: streams, "stream", &issues)
    }

    /// Reports each subject that contains another one of the list, with the first such.
    private static func reportOverlaps(among subjects: [String], _ kind: String, _ issues: inout IssueList) {
        var numbers = TokenNumbers()
        let tokens = subjects.map { numbers.of($0) }
        var counts: TextDictionary<Int> = [:]
        for subject in subjects { counts[subject, default: 0] += 1 }
        var contained: TextDictionary<String> = [:]
        for (place, subject) in subjects.enumerated() where contained[subject] == nil {
            if SubjectRules.hasWildcards(subject) {
                let other = tokens.indices.first {
                    $0 != place && TokenNumbers.isContained(tokens[$0], in: tokens[place])
                }
                contained[subject] = other.map { subjects[$0] }
            } else if counts[subject, default: 0] > 1 {
                // A subject without wildcards contains only itself.
                contained[subject] = subject
            }
        }
        for (subject, other) in contained {
            issues.error("\(kind) export subject \(quoted(subject)) already exports \(quoted(other))")
        }
    }
}

extension Export {
    fileprivate func validate(_ issues: inout IssueList) {
        if type == .unknown { issues.error("invalid export type: \(quoted(type.name))") }
        validateResponse(&issues)
        if let latency {
            if type != .service { issues.error("latency tracking only permitted for services") }
            latency.validate(&issues)
        }
        if responseThreshold < 0 { issues.error("negative response threshold is invalid") }
        if responseThreshold > 0, type != .service { issues.error("response threshold only valid for services") }
        SubjectRules.check(subject, &issues)
        validateAccountTokenPosition(&issues)
        Information.check(description: description, url: infoURL, &issues)
    }

    private func validateResponse(_ issues: inout IssueList) {
        let valid: [ResponseType] = [.unspecified, .singleton, .chunked, .stream]
        if type == .service, !valid.contains(responseType) {
            issues.error("invalid response type for service: \(quoted(responseType.rawValue))")
        }
        guard type == .stream else { return }
        if responseType != .unspecified {
            issues.error("invalid response type for stream: \(quoted(responseType.rawValue))")
        }
        if allowTrace { issues.error("AllowTrace only valid for service export") }
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
        if !(0...100).contains(sampling) { issues.error("sampling percentage needs to be between 1-100") }
        SubjectRules.check(results, &issues)
        if SubjectRules.hasWildcards(results) { issues.error("results subject can not contain wildcards") }
    }
}

import NKeys

extension AccountClaims {
    func validate(_ issues: inout IssueList) {
        validateImports(&issues)
        validateExports(&issues)
        issues.at("limits", "tiered_limits") { limits.validate(&$0) }
        issues.at("default_permissions") { defaultPermissions.validate(&$0) }
        validateMappings(&issues)
        issues.at("authorization") { authorization.validate(&$0) }
        if let trace { issues.at("trace") { trace.validate(&$0) } }
        validateCounts(&issues)
        validateSigningKeys(&issues)
        Information.check(description: description, url: infoURL, &issues)
        if !["", "system", "owner"].contains(clusterTraffic) {
            issues.error("unknown cluster traffic option: \(quoted(clusterTraffic))", at: "cluster_traffic")
        }
        if PublicKey.isValid(issuer, .account), !limits.isEmpty {
            issues.warning("self-signed account JWTs shouldn't contain operator limits", at: "limits")
        }
    }

    private func validateMappings(_ issues: inout IssueList) {
        for (subject, destinations) in mappings where !issues.isClosed {
            issues.at("mappings", .name(subject)) { Self.validate(destinations, of: subject, &$0) }
        }
    }

    private static func validate(
        _ destinations: [WeightedMapping], of subject: String, _ issues: inout IssueList
    ) {
        SubjectRules.check(subject, &issues)
        var total = 0
        var totals: TextDictionary<Int> = [:]
        for (index, destination) in destinations.enumerated() where !issues.isClosed {
            issues.at(.element(index), "subject") { SubjectRules.check(destination.subject, &$0) }
            let weight = Int(destination.effectiveWeight)
            if weight > 100 {
                issues.error(
                    "Mapping \(quoted(subject)) has a weight \(weight) that exceeds 100", at: .element(index), "weight")
            }
            guard !destination.cluster.isEmpty else {
                total += weight
                continue
            }
            totals[destination.cluster, default: 0] += weight
            if totals[destination.cluster, default: 0] > 100 {
                issues.error(
                    "Mapping \(quoted(subject)) in cluster \(quoted(destination.cluster)) exceeds 100% among all "
                        + "of it's weighted to mappings", at: .element(index), "weight")
            }
        }
        if total > 100 {
            issues.error("Mapping \(quoted(subject)) exceeds 100% among all of it's weighted to mappings")
        }
    }

    /// Too many imports are reported twice when there are limits at all, as in the reference.
    private func validateCounts(_ issues: inout IssueList) {
        let unlimited = AccountLimits.unlimitedValue
        let tooManyImports = Int64(imports.count) > limits.imports
        if !limits.isEmpty, limits.imports >= 0, tooManyImports {
            issues.error("the account contains more imports than allowed by the operator", at: "imports")
        }
        if limits.imports != unlimited, tooManyImports {
            issues.error("the account contains more imports than allowed by the operator", at: "imports")
        }
        guard limits.exports != unlimited else { return }
        if Int64(exports.count) > limits.exports {
            issues.error("the account contains more exports than allowed by the operator", at: "exports")
        }
        guard !limits.wildcardExports else { return }
        for (index, export) in exports.enumerated()
        where !export.isNull && SubjectRules.hasWildcards(export.subject) {
            issues.error(
                "the account contains wildcard exports that are not allowed by the operator", at: "exports",
                .element(index), "subject")
        }
    }

    private func validateSigningKeys(_ issues: inout IssueList) {
        validateSigningKeyTexts(&issues)
        for (index, entry) in signingKeys.enumerated() {
            guard let scope = entry.scope else { continue }
            issues.at("signing_keys", .element(index), "template") { issues in
                for number in scope.inexactNumbers {
                    issues.error(UserScope.inexactNumberFault(number.value), at: number.steps)
                }
            }
        }
    }

    private func validateSigningKeyTexts(_ issues: inout IssueList) {
        for (index, entry) in signingKeys.enumerated() where !PublicKey.isValid(entry.key, .account) {
            switch entry {
            case .key(let key):
                issues.error(
                    "\(quoted(key)) is not a valid account signing key", at: "signing_keys", .element(index))
            case .scope(let scope):
                issues.error("\(scope.key) is not an account public key", at: "signing_keys", .element(index), "key")
            }
        }
    }
}

extension AccountLimits {
    func validate(_ issues: inout IssueList) {
        guard !tieredJetStream.isEmpty else { return }
        if jetStream != JetStreamLimits() {
            issues.error("JetStream Limits and tiered JetStream Limits are mutually exclusive")
        }
        if tieredJetStream[""] != nil {
            issues.error(#"Tiered JetStream Limits can not contain a blank "" tier name"#, at: "")
        }
    }
}

import NKeys

extension AccountClaims {
    func validate(_ issues: inout IssueList) {
        validateImports(&issues)
        validateExports(&issues)
        limits.validate(&issues)
        defaultPermissions.validate(&issues)
        validateMappings(&issues)
        authorization.validate(&issues)
        trace?.validate(&issues)
        validateCounts(&issues)
        validateSigningKeys(&issues)
        Information.check(description: description, url: infoURL, &issues)
        if !["", "system", "owner"].contains(clusterTraffic) {
            issues.error("unknown cluster traffic option: \(quoted(clusterTraffic))")
        }
        if PublicKey.isValid(issuer, .account), !limits.isEmpty {
            issues.warning("self-signed account JWTs shouldn't contain operator limits")
        }
    }

    private func validateMappings(_ issues: inout IssueList) {
        for (subject, destinations) in mappings {
            SubjectRules.check(subject, &issues)
            var total = 0
            var totals: TextDictionary<Int> = [:]
            for destination in destinations {
                SubjectRules.check(destination.subject, &issues)
                let weight = Int(destination.effectiveWeight)
                if weight > 100 {
                    issues.error("Mapping \(quoted(subject)) has a weight \(weight) that exceeds 100")
                }
                guard !destination.cluster.isEmpty else {
                    total += weight
                    continue
                }
                totals[destination.cluster, default: 0] += weight
                if totals[destination.cluster, default: 0] > 100 {
                    issues.error(
                        "Mapping \(quoted(subject)) in cluster \(quoted(destination.cluster)) exceeds 100% among all "
                            + "of it's weighted to mappings")
                }
            }
            if total > 100 {
                issues.error("Mapping \(quoted(subject)) exceeds 100% among all of it's weighted to mappings")
            }
        }
    }

    /// Too many imports are reported twice when there are limits at all, as in the reference.
    private func validateCounts(_ issues: inout IssueList) {
        let unlimited = AccountLimits.unlimitedValue
        let tooManyImports = Int64(imports.count) > limits.imports
        if !limits.isEmpty, limits.imports >= 0, tooManyImports {
            issues.error("the account contains more imports than allowed by the operator")
        }
        if limits.imports != unlimited, tooManyImports {
            issues.error("the account contains more imports than allowed by the operator")
        }
        guard limits.exports != unlimited else { return }
        if Int64(exports.count) > limits.exports {
            issues.error("the account contains more exports than allowed by the operator")
        }
        guard !limits.wildcardExports else { return }
        for export in exports where !export.isNull && SubjectRules.hasWildcards(export.subject) {
            issues.error("the account contains wildcard exports that are not allowed by the operator")
        }
    }

    private func validateSigningKeys(_ issues: inout IssueList) {
        for entry in signingKeys where !PublicKey.isValid(entry.key, .account) {
            switch entry {
            case .key(let key): issues.error("\(quoted(key)) is not a valid account signing key")
            case .scope(let scope): issues.error("\(scope.key) is not an account public key")
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
            issues.error(#"Tiered JetStream Limits can not contain a blank "" tier name"#)
        }
    }
}

import Claims

// The account itself: its limits, settings and keys.

extension AccessComparison {
    mutating func compareLimits() {
        let pointers = Pointers(old: "/nats/limits", new: "/nats/limits")
        for ((name, was), (_, now)) in zip(old.claims.limits.terms, new.claims.limits.terms) {
            compare("limits", name, was, now, pointers)
        }
        let (before, after) = (old.claims.limits.jetStreamTerms, new.claims.limits.jetStreamTerms)
        for name in Set(before.keys).union(after.keys).sorted() {
            compare("limits", name, before[name], after[name], pointers)
        }
    }

    mutating func compareSettings() {
        for ((holder, name, was), (_, _, now)) in zip(old.claims.settings, new.claims.settings) {
            compare(holder, name, was, now)
        }
        for (name, was, now) in zip(old.claims.callout, new.claims.callout).map({ ($0.0, $0.1, $1.1) }) {
            compare("the callout", name, was, now)
        }
    }

    /// Keys of no role: whoever has one signs users that nothing but the account limits.
    mutating func comparePlainKeys() {
        let (before, after) = (old.claims.plainKeys, new.claims.plainKeys)
        for key in before.symmetricDifference(after).sorted() {
            compare(
                "signing keys without a role", "key", before.contains(key) ? key : nil, after.contains(key) ? key : nil)
        }
    }
}

extension AccountClaims {
    fileprivate var plainKeys: Set<String> { Set(signingKeys.filter { $0.scope == nil }.map(\.key)) }

    /// Whose, what, and in words how.
    fileprivate var settings: [(String, String, String?)] {
        func text(_ text: String) -> String? { text.isEmpty ? nil : text }
        return [
            ("traces", "destination", trace?.destination),
            ("traces", "share of messages", trace.map { "\($0.sampling == 0 ? 100 : $0.sampling)%" }),
            ("the account", "tags", text(tags.sorted().joined(separator: ", "))),
            ("the account", "traffic between servers", text(clusterTraffic)),
            ("the account", "more about it", text(infoURL)), ("the account", "description", text(description)),
        ]
    }

    fileprivate var callout: [(String, String?)] {
        func list(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.sorted().joined(separator: ", ") }
        return [
            ("users who decide", list(authorization.users)), ("accounts", list(authorization.allowedAccounts)),
            ("encrypted for", authorization.xkey.isEmpty ? nil : authorization.xkey),
        ]
    }
}

extension AccountLimits {
    fileprivate var terms: [(String, String?)] {
        func limit(_ number: Int64) -> String { number < 0 ? "unlimited" : String(number) }
        return [
            ("connections", limit(connections)), ("leaf nodes", limit(leafNodeConnections)),
            ("subscriptions", limit(subscriptions)), ("payload", limit(payload)), ("data", limit(data)),
            ("imports", limit(imports)), ("exports", limit(exports)),
            ("wildcard exports", wildcardExports ? "allowed" : "forbidden"),
            ("bearer tokens", disallowBearer ? "forbidden" : "allowed"),
        ]
    }

    /// Of JetStream in all, and of each tier with its name before.
    fileprivate var jetStreamTerms: [String: String] {
        var terms: [String: String] = [:]
        for (name, value) in jetStream.terms { terms[name] = value }
        for (tier, limits) in tieredJetStream {
            for (name, value) in limits.terms { terms["\(tier) \(name)"] = value }
        }
        return terms
    }
}

extension JetStreamLimits {
    fileprivate var terms: [(String, String)] {
        func limit(_ number: Int64) -> String { number < 0 ? "unlimited" : String(number) }
        // Here nothing is no limit.
        func most(_ number: Int64) -> String { number <= 0 ? "unlimited" : String(number) }
        return [
            ("memory storage", limit(memoryStorage)), ("disk storage", limit(diskStorage)),
            ("streams", limit(streams)), ("consumers", limit(consumers)),
            ("messages to be acknowledged", most(maxAckPending)), ("memory of a stream", most(memoryMaxStreamBytes)),
            ("disk of a stream", most(diskMaxStreamBytes)),
            ("streams without a maximum", maxBytesRequired ? "refused" : "allowed"),
        ]
    }
}

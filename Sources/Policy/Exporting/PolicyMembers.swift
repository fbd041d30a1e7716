import Claims
import Subjects

// Parts of an account in the language's words.

extension AccountLimits {
    var policyMembers: AccountWriter.Members {
        func word(_ number: Int64, _ unit: String = "") -> PolicyTree {
            .word(number < 0 ? "unlimited" : "\(number)\(unit)")
        }
        // What is neither a limit nor none has no words, and stands under claims.
        let all = [
            ("connections", connections, ""), ("leaf_nodes", leafNodeConnections, ""),
            ("subscriptions", subscriptions, ""), ("payload", payload, "B"), ("imports", imports, ""),
            ("exports", exports, ""),
        ]
        return all.filter { $0.1 >= -1 }.map { ($0.0, word($0.1, $0.2)) }
    }
}

extension CompiledUser {
    var policyMembers: AccountWriter.Members {
        var members: AccountWriter.Members = [("role", .text(role))]
        let tags = self.tags.map { tag in
            let parts = tag.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (parts[0], PolicyTree.text(parts.count > 1 ? parts[1] : ""))
        }
        if !tags.isEmpty { members.append(("tags", .mapping(tags))) }
        if !description.isEmpty { members.append(("description", .text(description))) }
        return members
    }
}

extension Export {
    /// - Parameter grants: those of the account; the ones that lie in this export are written here.
    func policyMembers(_ grants: [PolicyExporter.Grant]) -> AccountWriter.Members {
        var members: AccountWriter.Members = [(type.name, .text(subject))]
        if name != subject, !name.isEmpty { members.append(("name", .text(name))) }
        if tokenRequired {
            let own = Set(grants.filter { $0.type == type && covers($0.subject) }).sorted {
                ($0.importer, $0.subject) < ($1.importer, $1.subject)
            }
            members.append(own.isEmpty ? ("private", .word("true")) : ("grant", .list(own.map { grant($0) })))
        }
        if type == .service {
            var response: AccountWriter.Members = []
            let words: [ResponseType: String] = [.stream: "stream", .chunked: "chunked"]
            if let word = words[responseType] { response.append(("type", .word(word))) }
            if responseThreshold > 0, responseThreshold.isMultiple(of: 1_000_000) {
                response.append(("within", .word("\(responseThreshold / 1_000_000)ms")))
            }
            if !response.isEmpty { members.append(("response", .mapping(response))) }
            if let latency, (0...100).contains(latency.sampling) {
                let share = latency.sampling == 0 ? "headers" : "\(latency.sampling)%"
                members.append(("latency", .mapping([("share", .word(share)), ("results", .text(latency.results))])))
            }
        }
        if accountTokenPosition > 0 { members.append(("account_token", .word("\(accountTokenPosition)"))) }
        if allowTrace { members.append(("trace", .word("true"))) }
        if advertise { members.append(("advertise", .word("true"))) }
        return members
    }

    private func covers(_ other: String) -> Bool {
        guard let wide = SubscribeEntry(subject)?.pattern, let narrow = SubscribeEntry(other)?.pattern else {
            return false
        }
        return narrow.isContained(in: wide)
    }

    private func grant(_ grant: PolicyExporter.Grant) -> PolicyTree {
        guard grant.subject != subject || grant.until != nil else { return .text(grant.importer) }
        var members: AccountWriter.Members = [("account", .text(grant.importer))]
        if grant.subject != subject { members.append(("only", .text(grant.subject))) }
        if let until = grant.until { members.append(("until", .word(until))) }
        return .mapping(members)
    }
}

extension [WeightedMapping] {
    /// Nil for what the language has no words for: clusters, and a source that is listed where nothing is lost.
    func policyShares(of source: String) -> PolicyTree? {
        let total = reduce(0) { $0 + Int($1.weight) }
        guard !isEmpty, total <= 100, allSatisfy({ $0.cluster.isEmpty && $0.weight > 0 }),
            Set(map(\.subject)).count == count, !contains(where: { ["stay", "drop"].contains($0.subject) })
        else { return nil }
        let stays = first { $0.subject == source }
        guard stays == nil || total < 100 else { return nil }
        var shares = filter { $0.subject != source }.map { ($0.subject, PolicyTree.word("\($0.weight)%")) }
        if let stays { shares.append(("stay", .word("\(stays.weight)%"))) }
        if total < 100 { shares.append((stays == nil ? "stay" : "drop", .word("\(100 - total)%"))) }
        return .mapping(shares)
    }
}

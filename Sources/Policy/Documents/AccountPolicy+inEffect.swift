import Claims

// Fields under `claims` can say where imports and mappings lead: questions about access have to know it, however it is said.

extension AccountPolicy {
    /// The account with the imports and mappings that its claims come to have.
    var inEffect: AccountPolicy {
        var policy = self
        for index in policy.imports.indices { policy.imports[index].takeFields() }
        for index in policy.exports.indices { policy.exports[index].takeFields() }
        for (source, value) in claims.members("mappings") {
            let destinations = value.elements.compactMap { WeightedMapping($0) }
            guard !destinations.isEmpty else { continue }
            policy.mappings.removeAll { $0.source.text == source }
            policy.mappings.append(MappingPolicy(source, destinations, value.position))
        }
        return policy
    }
}

extension ImportPolicy {
    fileprivate mutating func takeFields() {
        if let (to, position) = claims.text("to"), let subject, !to.isEmpty {
            switch kind {
            case .service: (self.subject, local) = (PolicySubject(to, position), subject)
            case .stream: local = PolicySubject("\(to).\(subject.text)", position)
            }
        }
        if let (text, position) = claims.text("local_subject"), !text.isEmpty {
            local = PolicySubject(text, position)
        }
    }
}

extension ExportPolicy {
    fileprivate mutating func takeFields() {
        if claims.text("token_req")?.text == "true" { isPrivate = true }
        if let (text, position) = claims.text("account_token_position"), let place = Int64(text) {
            accountToken = Placed(place, position)
        }
    }
}

extension [RawValue.Member] {
    fileprivate func text(_ name: String) -> (text: String, position: PolicyPosition)? {
        guard let value = first(where: { $0.name == name })?.value, case .text(let text, _) = value.content else {
            return nil
        }
        return (text, value.position)
    }

    fileprivate func members(_ name: String) -> [(String, RawValue)] {
        guard case .members(let members)? = first(where: { $0.name == name })?.value.content else { return [] }
        return members.map { ($0.name, $0.value) }
    }
}

extension RawValue {
    fileprivate var elements: [RawValue] { if case .list(let elements) = content { elements } else { [] } }
}

extension WeightedMapping {
    /// Nil for what claims do not take.
    fileprivate init?(_ value: RawValue) {
        guard case .members(let members) = value.content, let subject = members.text("subject")?.text else {
            return nil
        }
        self.init(subject: subject)
        if let weight = members.text("weight")?.text { self.weight = .init(clamping: Int64(weight) ?? 0) }
        if let cluster = members.text("cluster")?.text { self.cluster = cluster }
    }
}

extension MappingPolicy {
    /// What claims say. Weights are kept where they are those of one cluster; of several each destination counts as
    /// possible.
    init(_ source: String, _ destinations: [WeightedMapping], _ position: PolicyPosition) {
        var weights: [(subject: String, percent: Int)] = []
        for destination in destinations where destination.cluster != ClaimsCompiler.nowhere {
            guard !weights.contains(where: { $0.subject == destination.subject }) else { continue }
            weights.append((destination.subject, Int(destination.effectiveWeight)))
        }
        if weights.reduce(0, { $0 + $1.percent }) > 100 {
            weights = weights.prefix(100).map { ($0.subject, min($0.percent, 1)) }
        }
        let total = weights.reduce(0) { $0 + $1.percent }
        let isListed = destinations.contains { $0.subject == source }
        var shares = weights.map { subject, percent in
            MappingPolicy.Share(
                target: subject == source ? .stay : .subject(subject), percent: percent, position: position)
        }
        // Only where the source is listed is lost what no destination takes.
        if isListed, total < 100 {
            shares.append(MappingPolicy.Share(target: .drop, percent: 100 - total, position: position))
        }
        self.init(source: PolicySubject(source, position), shares: shares)
    }
}

import Claims

/// One destination of a subject mapping, as a person describes it.
public struct NewMapping: Sendable, Hashable {
    /// The subject that messages are published to.
    public var source: String
    /// The subject that they get instead; `{{wildcard(1)}}` or `$1` stands for the first wildcard.
    public var destination: String
    /// Per cent of the messages, 1 to 100; nil for all.
    public var weight: UInt8?
    /// The cluster this destination is for; nil for all.
    public var cluster: String?

    public init(from source: String, to destination: String) {
        (self.source, self.destination) = (source, destination)
    }
}

extension Change {
    /// Adds a destination to a subject mapping of the account of a place, or changes its weight.
    ///
    /// - Throws: ``AdministrationError``; of code `invalidClaims` when the weights of a mapping exceed 100 per cent.
    public func addMapping(_ new: NewMapping, at place: Place, signer: SignerChoice = .automatic) throws {
        try CheckedSubject.check(new.source, "the mapped subject")
        try CheckedSubject.check(new.destination, "the destination")
        try editAccount(reader.account(at: place), signer: signer) { claims, _ in
            let mapping = WeightedMapping(
                subject: new.destination, weight: new.weight ?? 0, cluster: new.cluster ?? "")
            var destinations = claims.mappings[new.source] ?? []
            if let index = destinations.firstIndex(where: { $0.isSameDestination(as: mapping) }) {
                destinations[index] = mapping
                note(.changed, "mapping", new.source)
            } else {
                destinations.append(mapping)
                note(.added, "mapping", new.source)
            }
            claims.mappings[new.source] = destinations
        }
    }

    /// Takes destinations out of a subject mapping: those of a subject, of a cluster, or all of them.
    public func deleteMapping(
        from source: String, to destination: String?, cluster: String?, at place: Place,
        signer: SignerChoice = .automatic
    ) throws {
        try editAccount(reader.account(at: place), signer: signer) { claims, account in
            let destinations = claims.mappings[source] ?? []
            let rest = destinations.filter { mapping in
                destination.map { !mapping.subject.isExactly($0) } ?? false
                    || cluster.map { !mapping.cluster.isExactly($0) } ?? false
            }
            guard rest.count < destinations.count else {
                throw AdministrationError(
                    .notFound, "the account \"\(account.name)\" has no such mapping of \"\(source)\"",
                    remedy: "see \"chancery describe account \(commandWord(account.name))\"")
            }
            claims.mappings[source] = rest.isEmpty ? nil : rest
            note(rest.isEmpty ? .deleted : .changed, "mapping", source)
        }
    }
}

extension WeightedMapping {
    fileprivate func isSameDestination(as other: WeightedMapping) -> Bool {
        subject.isExactly(other.subject) && cluster.isExactly(other.cluster)
    }
}

import Subjects

/// Where a message is on its way.
struct AccessPlace: Sendable, Hashable {
    enum Stage: Sendable, Hashable {
        /// Published, before the account's mappings.
        case typed
        /// Behind the mappings: what permissions are on, and what subscribers, services and importers get.
        case routed
        /// Come in through the import of a service, before the account's mappings.
        case asked
        /// The same behind the mappings: what subscribers and further services get. Streams do not take it on.
        case served
        /// Come in through the import of a stream: for subscribers alone.
        case imported

        /// Whether subscribers get it here.
        var isHeard: Bool { self != .typed && self != .asked }

        /// Where somebody's subscription is to be looked for.
        static let heard: [AccessPlace.Stage] = [.routed, .served, .imported]
        /// Everything that is published in an account, through services too.
        static let published: [AccessPlace.Stage] = [.routed, .served, .typed, .asked]
    }

    /// A number of ``AccessGraph/accounts``.
    let account: Int
    let stage: Stage
}

/// A way from one place to the next, with what becomes of subjects on it.
struct Passage: Sendable {
    enum Kind: Sendable, Hashable {
        /// No mapping moves it.
        case stay
        /// A number of the account's mappings.
        case mapping(Int)
        /// A number of ``AccessGraph/sharings``.
        case sharing(Int)
    }

    let kind: Kind
    let from: AccessPlace
    let to: AccessPlace
    /// Nil where subjects stay as they are.
    let transform: SubjectTransform?
    /// What does not go this way.
    var except: [Pattern] = []

    func image(of set: SubjectSet) throws(SubjectsTooLarge) -> SubjectBound {
        guard let transform else { return SubjectBound(try set.subtracting(SubjectSet(except)), isExact: true) }
        return try transform.image(of: set)
    }

    func preimage(of set: SubjectSet) throws(SubjectsTooLarge) -> SubjectBound {
        guard let transform else { return SubjectBound(try set.subtracting(SubjectSet(except)), isExact: true) }
        return try transform.preimage(of: set)
    }
}

extension AccessGraph {
    /// The ways on from a place.
    func passages(from place: AccessPlace) -> [Passage] {
        let account = accounts[place.account]
        switch place.stage {
        case .typed: return mappings(of: place.account, from: .typed, to: .routed)
        case .asked: return mappings(of: place.account, from: .asked, to: .served)
        case .routed:
            let streams = account.importers.filter { sharings[$0].kind == .stream }.map { stream($0) }
            return streams + services(account.imports, from: .routed)
        case .served: return services(account.imports, from: .served)
        case .imported: return []
        }
    }

    /// The ways that lead to a place.
    func passages(to place: AccessPlace) -> [Passage] {
        let account = accounts[place.account]
        switch place.stage {
        case .typed: return []
        case .asked: return services(account.importers, from: .routed) + services(account.importers, from: .served)
        case .routed: return mappings(of: place.account, from: .typed, to: .routed)
        case .served: return mappings(of: place.account, from: .asked, to: .served)
        case .imported: return account.imports.filter { sharings[$0].kind == .stream }.map { stream($0) }
        }
    }

    /// From what is published to what is routed.
    private func mappings(of number: Int, from: AccessPlace.Stage, to: AccessPlace.Stage) -> [Passage] {
        let (from, to) = (AccessPlace(account: number, stage: from), AccessPlace(account: number, stage: to))
        let mappings = accounts[number].mappings
        var result = [Passage(kind: .stay, from: from, to: to, transform: nil, except: mappings.map(\.map.source))]
        for (index, mapping) in mappings.enumerated() {
            for share in mapping.map.shares() {
                guard let transform = share.transform else { continue }
                result.append(
                    Passage(
                        kind: transform.isIdentity ? .stay : .mapping(index), from: from, to: to, transform: transform))
            }
        }
        return result
    }

    private func stream(_ number: Int) -> Passage {
        let sharing = sharings[number]
        return Passage(
            kind: .sharing(number), from: AccessPlace(account: sharing.exporter, stage: .routed),
            to: AccessPlace(account: sharing.importer, stage: .imported), transform: sharing.toLocal)
    }

    private func services(_ numbers: [Int], from stage: AccessPlace.Stage) -> [Passage] {
        numbers.filter { sharings[$0].kind == .service }.map { number in
            let sharing = sharings[number]
            return Passage(
                kind: .sharing(number), from: AccessPlace(account: sharing.importer, stage: stage),
                to: AccessPlace(account: sharing.exporter, stage: .asked), transform: sharing.toRemote)
        }
    }
}

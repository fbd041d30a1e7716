import Authorization
import Claims
import Subjects

/// The ways that messages take before, after, and in the middle of a change of several accounts' claims, each with what it
/// relies on.
struct TransitionGraph {
    /// A way from one place to the next.
    struct Way {
        let passage: Passage
        /// What goes this way; nil for everything.
        var only: [Pattern]?
        let reliance: Reliance

        func move(_ set: SubjectSet, isForward: Bool) throws(SubjectsTooLarge) -> SubjectSet {
            var set = set
            if let only { set = try set.intersection(SubjectSet(only)) }
            return try isForward ? passage.image(of: set).set : passage.preimage(of: set).set
        }
    }

    struct Account {
        let key: String
        let old: AccountClaims
        let new: AccountClaims
    }

    let accounts: [Account]
    /// The roles whose answers go only to what whoever asks may subscribe to, by their keys; others' go anywhere.
    let ownReplies: OwnReplies
    /// The accounts that are switched in parts, by their numbers.
    private let parted: Set<Int>
    private let numbers: [String: Int]
    private(set) var ways: (from: [AccessPlace: [Way]], to: [AccessPlace: [Way]]) = ([:], [:])
    /// Whether anything goes, and whether anything comes.
    private(set) var has = (going: false, coming: false)

    /// - Parameters:
    ///   - old: the claims of the accounts before, by their keys.
    ///   - new: those of the same accounts after.
    ///   - others: those of accounts that stay as they are.
    ///   - parted: the keys of accounts that are switched in parts.
    init(
        from old: [String: AccountClaims], to new: [String: AccountClaims], beside others: [String: AccountClaims],
        _ ownReplies: OwnReplies, inParts parted: Set<String> = []
    ) {
        self.ownReplies = ownReplies
        let changed = old.compactMap { key, claims in
            new[key].map { Account(key: key, old: claims, new: $0) }
        }
        let same = others.filter { old[$0.key] == nil }.map { Account(key: $0.key, old: $0.value, new: $0.value) }
        accounts = (changed + same).sorted { $0.key < $1.key }
        numbers = Dictionary(accounts.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { one, _ in one })
        self.parted = Set(accounts.indices.filter { [accounts] in parted.contains(accounts[$0].key) })
        for number in accounts.indices {
            addMappings(of: number, from: .typed, to: .routed)
            addMappings(of: number, from: .asked, to: .served)
        }
        for number in accounts.indices { addImports(of: number) }
        for account in accounts {
            let (before, after) = (Self.scopes(account.old), Self.scopes(account.new))
            for key in Set(before.keys).union(after.keys)
            where before[key] != after[key] || ownReplies.changes(key) {
                has = (has.going || before[key] != nil, has.coming || after[key] != nil)
            }
        }
    }

    /// What is switched when something of an account changes.
    func part(_ aspect: SwitchPart.Aspect, of number: Int) -> SwitchPart {
        SwitchPart(account: number, aspect: parted.contains(number) ? aspect : .whole)
    }

    func part(_ aspect: SwitchPart.Aspect, of key: String) -> SwitchPart? {
        numbers[key].map { part(aspect, of: $0) }
    }

    func isParted(_ key: String) -> Bool { numbers[key].map(parted.contains) ?? false }

    private mutating func add(_ way: Way) {
        ways.from[way.passage.from, default: []].append(way)
        ways.to[way.passage.to, default: []].append(way)
        note(way.reliance)
    }

    private mutating func note(_ reliance: Reliance) {
        if !reliance.isOfNew { has.going = true }
        if !reliance.isOfOld { has.coming = true }
    }

    // MARK: Mappings

    /// From what is published to what is routed.
    private mutating func addMappings(of number: Int, from: AccessPlace.Stage, to: AccessPlace.Stage) {
        let account = accounts[number]
        let (old, new) = (Self.mappings(account.old), Self.mappings(account.new))
        let place = (from: AccessPlace(account: number, stage: from), to: AccessPlace(account: number, stage: to))
        func stay(_ reliance: Reliance, only: [Pattern]?, except: [Pattern]) {
            let passage = Passage(kind: .stay, from: place.from, to: place.to, transform: nil, except: except)
            add(Way(passage: passage, only: only, reliance: reliance))
        }
        stay(.nothing, only: nil, except: (old + new).map(\.source))
        let part = part(.mappings, of: number)
        let (gone, come) = (Reliance(leaving: [part]), Reliance(coming: [part]))
        let (oldSources, newSources) = (Set(old.map(\.source)), Set(new.map(\.source)))
        if !newSources.isSubset(of: oldSources) {
            stay(gone, only: Array(newSources.subtracting(oldSources)), except: old.map(\.source))
        }
        if !oldSources.isSubset(of: newSources) {
            stay(come, only: Array(oldSources.subtracting(newSources)), except: new.map(\.source))
        }
        func move(_ mappings: [SubjectMapping], besides others: [SubjectMapping], _ reliance: Reliance) {
            let known = Set(others.flatMap { $0.shares().compactMap(\.transform) })
            for transform in mappings.flatMap({ $0.shares().compactMap(\.transform) }) {
                let isCommon = known.contains(transform)
                guard !isCommon || !reliance.isOfOld else { continue }
                add(
                    Way(
                        passage: Passage(kind: .stay, from: place.from, to: place.to, transform: transform),
                        reliance: isCommon ? .nothing : reliance))
            }
        }
        move(old, besides: new, gone)
        move(new, besides: old, come)
    }

    private static func mappings(_ claims: AccountClaims) -> [SubjectMapping] {
        claims.mappings.compactMap { source, destinations in
            let destinations = destinations.map {
                SubjectMapping.Destination($0.subject, weight: Int($0.effectiveWeight), cluster: $0.cluster)
            }
            return try? SubjectMapping(from: source, to: destinations)
        }
    }

    // MARK: Imports

    /// An import as messages see it.
    private struct Crossing: Hashable {
        let type: ExportType
        let exporter: Int
        let remote: String
        let local: String
    }

    private mutating func addImports(of number: Int) {
        let account = accounts[number]
        let (old, new) = (crossings(account.old, \.old), crossings(account.new, \.new))
        for (crossing, before) in old {
            let after = new[crossing]
            switch (before.isLetIn, after?.isLetIn ?? false) {
            case (true, true): add(crossing, of: number, .nothing)
            case (true, false):
                // With the export it goes when that closes.
                let reliance = after == nil ? departure(of: before.item, number) : Reliance(lingering: [.exports])
                add(crossing, of: number, reliance)
            case (false, true): add(crossing, of: number, Reliance(coming: [.exports]))
            case (false, false): break
            }
        }
        for (crossing, after) in new where after.isLetIn && old[crossing] == nil {
            add(crossing, of: number, Reliance(coming: [part(.arrivals, of: number)]))
        }
    }

    /// Old imports stay beside the new ones for a while, unless one of those takes their place, or they are switched for
    /// themselves.
    private func departure(of item: Import, _ number: Int) -> Reliance {
        let part = part(.departures, of: number)
        let lingers = part.aspect == .whole && !item.isReplaced(by: accounts[number].new.imports)
        return lingers ? Reliance(lingering: [part]) : Reliance(leaving: [part])
    }

    /// Each with whether its exporter lets it in on the same side.
    private func crossings(
        _ claims: AccountClaims, _ side: KeyPath<Account, AccountClaims>
    ) -> [Crossing: (item: Import, isLetIn: Bool)] {
        var result: [Crossing: (item: Import, isLetIn: Bool)] = [:]
        for item in claims.imports {
            guard let exporter = numbers[item.account], let passage = ImportPassage(item, of: claims.subject) else {
                continue
            }
            let exports = accounts[exporter][keyPath: side].exports.compactMap { export in
                (try? Pattern(export.subject)).map { (pattern: $0, export: export) }
            }
            let crossing = Crossing(
                type: item.type, exporter: exporter, remote: ImportUse.remoteSubject(of: item),
                local: ImportUse.localSubject(of: item))
            result[crossing] = (item, passage.isLetIn(by: exports) || result[crossing]?.isLetIn ?? false)
        }
        return result
    }

    private mutating func add(_ crossing: Crossing, of importer: Int, _ reliance: Reliance) {
        guard let toLocal = try? SubjectTransform(from: crossing.remote, to: crossing.local),
            let toRemote = try? toLocal.inverse()
        else { return }
        switch crossing.type {
        case .stream:
            let passage = Passage(
                kind: .stay, from: AccessPlace(account: crossing.exporter, stage: .routed),
                to: AccessPlace(account: importer, stage: .imported), transform: toLocal)
            add(Way(passage: passage, reliance: reliance))
        case .service:
            for stage in [AccessPlace.Stage.routed, .served] {
                let passage = Passage(
                    kind: .stay, from: AccessPlace(account: importer, stage: stage),
                    to: AccessPlace(account: crossing.exporter, stage: .asked), transform: toRemote)
                add(Way(passage: passage, reliance: reliance))
            }
        case .unknown: return
        }
    }
}

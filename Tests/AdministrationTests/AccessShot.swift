import Authorization
import Claims
import NKeys
import Subjects
import Testing

@testable import Administration
@testable import Policy

/// What may be done at one moment: by the holders of each role, and across accounts.
struct AccessShot: Equatable {
    /// By account and role.
    private var roles: [String: UserPermissionLimits] = [:]
    /// What is imported and let in, as a broker decides it: the exporter's subjects, by importer, exporter, kind and how
    /// they are called there.
    private var imports: [String: SubjectSet] = [:]

    init(_ directory: Directory) throws {
        let accounts = try directory.read { try $0.accounts(of: $0.operator(at: Place())) }
        let claims = try Dictionary(
            accounts.map { ($0.publicKey.text, try $0.claims()) }, uniquingKeysWith: { first, _ in first })
        for account in accounts {
            let own = try account.claims()
            for scope in own.signingKeys.compactMap(\.scope) { roles["\(account.name) \(scope.role)"] = scope.template }
            for item in own.imports {
                guard let exporter = claims[item.account],
                    (try? ImportUse.grant(
                        item, importer: .key(account.publicKey), exporter: exporter, at: directory.surroundings.now()))
                        != nil
                else { continue }
                let name = "\(account.name) \(item.type) of \(exporter.name), \(Self.naming(item))"
                imports[name] = try (imports[name] ?? .nothing).union(SubjectSet([try Pattern(item.subject)]))
            }
        }
    }

    /// What subjects are called in the importing account: what stands before them, where that is all.
    private static func naming(_ item: Import) -> String {
        let local = item.localSubject.isEmpty ? item.subject : item.localSubject
        let pattern = local.split(separator: ".").map { $0.hasPrefix("$") ? "*" : $0 }.joined(separator: ".")
        let place = local.split(separator: ".").compactMap { Int($0.dropFirst()) }
        guard pattern.hasSuffix(item.subject), place == place.sorted() else { return "\(item.subject) as \(local)" }
        return "\(pattern.dropLast(item.subject.count))*"
    }

    static func == (one: AccessShot, other: AccessShot) -> Bool { one.differences(from: other).isEmpty }

    /// Where less or more may be done than at another moment; empty for nowhere.
    func differences(from other: AccessShot) -> [String] {
        let ways = Set(imports.keys).union(other.imports.keys).sorted().compactMap { name -> String? in
            let (mine, others) = (imports[name] ?? .nothing, other.imports[name] ?? .nothing)
            let (isLess, isMore) = ((try? others.isSubset(of: mine)) != true, (try? mine.isSubset(of: others)) != true)
            return isLess || isMore ? "\(name): \(isLess ? "less" : "")\(isMore ? "more" : "") than before" : nil
        }
        return ways + Set(roles.keys).union(other.roles.keys).sorted().filter { roles[$0] != other.roles[$0] }
    }

    /// What may not be done although it may be both before and after.
    func missing(between old: AccessShot, and new: AccessShot) throws -> [String] {
        try compare(old, new) { before, now, after in try before.intersection(after).isSubset(of: now) }
    }

    /// What may be done although it may be neither before nor after.
    func excess(between old: AccessShot, and new: AccessShot) throws -> [String] {
        try compare(old, new) { before, now, after in try now.isSubset(of: before.union(after)) }
    }

    func check(between old: AccessShot, and new: AccessShot, _ what: String) throws {
        let (missing, excess) = (try missing(between: old, and: new), try excess(between: old, and: new))
        #expect(missing.isEmpty && excess.isEmpty, "\(what)")
    }

    private func compare(
        _ old: AccessShot, _ new: AccessShot,
        _ isFine: (_ old: SubjectSet, _ now: SubjectSet, _ new: SubjectSet) throws -> Bool
    ) throws -> [String] {
        let ways = try Set(old.imports.keys).union(new.imports.keys).union(imports.keys).filter { name in
            func taken(_ shot: AccessShot) -> SubjectSet { shot.imports[name] ?? .nothing }
            return try !isFine(taken(old), taken(self), taken(new))
        }
        let names = Set(old.roles.keys).union(new.roles.keys).union(roles.keys)
        let holders = try [Self.published, Self.subscribed].flatMap { read in
            try names.filter { try !isFine(read(old, $0), read(self, $0), read(new, $0)) }
        }
        return ways.sorted() + holders.sorted()
    }

    private static func published(_ shot: AccessShot, _ name: String) throws -> SubjectSet {
        try shot.roles[name].map { try RoleSets($0).published() } ?? .nothing
    }

    private static func subscribed(_ shot: AccessShot, _ name: String) throws -> SubjectSet {
        try shot.roles[name].map { try RoleSets($0).subscribed() } ?? .nothing
    }
}

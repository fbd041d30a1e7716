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
    /// What is imported and let in (rule S5): the exporter's subjects, by importer, kind and how it is called there.
    private var imports: [String: SubjectSet] = [:]

    init(_ directory: Directory) throws {
        let accounts = try directory.read { reader in
            try ["A", "B"].map { try reader.account(at: .account($0)) }
        }
        let claims = try Dictionary(
            accounts.map { ($0.publicKey.text, try $0.claims()) }, uniquingKeysWith: { first, _ in first })
        for account in accounts {
            let own = try account.claims()
            for scope in own.signingKeys.compactMap(\.scope) { roles["\(account.name) \(scope.role)"] = scope.template }
            for item in own.imports {
                let pattern = try Pattern(item.subject)
                let met = try (claims[item.account]?.exports ?? []).filter {
                    try $0.type == item.type && Pattern($0.subject).overlaps(pattern)
                }
                guard try met.contains(where: { pattern.isContained(in: try Pattern($0.subject)) }),
                    met.allSatisfy({ !$0.tokenRequired || !item.token.isEmpty })
                else { continue }
                let name = "\(account.name) \(item.type) \(item.localSubject.prefix(2))"
                imports[name] = try (imports[name] ?? .nothing).union(SubjectSet([pattern]))
            }
        }
    }

    static func == (one: AccessShot, other: AccessShot) -> Bool {
        func same(_ one: SubjectSet, _ other: SubjectSet) -> Bool {
            ((try? one.isSubset(of: other)) ?? false) && ((try? other.isSubset(of: one)) ?? false)
        }
        return one.roles == other.roles
            && Set(one.imports.keys).union(other.imports.keys).allSatisfy {
                same(one.imports[$0] ?? .nothing, other.imports[$0] ?? .nothing)
            }
    }

    func check(between old: AccessShot, and new: AccessShot, _ what: String) throws {
        for name in Set(old.imports.keys).union(new.imports.keys).union(imports.keys) {
            func taken(_ shot: AccessShot) -> SubjectSet { shot.imports[name] ?? .nothing }
            let (before, now, after) = (taken(old), taken(self), taken(new))
            #expect(try before.intersection(after).isSubset(of: now), "\(what): \(name): imports are missing")
            #expect(try now.isSubset(of: before.union(after)), "\(what): \(name): imports are too many")
        }
        for name in Set(old.roles.keys).union(new.roles.keys).union(roles.keys) {
            func published(_ shot: AccessShot) throws -> SubjectSet {
                try shot.roles[name].map { try RoleSets($0).published() } ?? .nothing
            }
            func subscribed(_ shot: AccessShot) throws -> SubjectSet {
                try shot.roles[name].map { try RoleSets($0).subscribed() } ?? .nothing
            }
            for read in [published, subscribed] {
                let (before, now, after) = (try read(old), try read(self), try read(new))
                #expect(try before.intersection(after).isSubset(of: now), "\(what): \(name) has lost something")
                #expect(try now.isSubset(of: before.union(after)), "\(what): \(name) has too much")
            }
        }
    }
}

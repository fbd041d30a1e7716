import Authorization
public import Claims
import Subjects

// What the claims of an account are between those that are in force and those that are to be.

extension AccountClaims {
    /// What is revoked for an export that these claims become: what the same one has, or else every one that it meets, so
    /// that nobody comes back because a subject is written otherwise.
    public func revocations(for export: Export) -> RevocationList {
        if let same = exports.first(where: { $0.subject == export.subject && $0.type == export.type }) {
            return same.revocations
        }
        var list = RevocationList()
        for other in exports where other.type == export.type && !other.revocations.isEmpty {
            guard let mine = try? Pattern(export.subject), let others = try? Pattern(other.subject),
                mine.overlaps(others)
            else { continue }
            for (key, time) in other.revocations.entries { list.revoke(key, at: time) }
        }
        return list
    }

    /// Old imports with new activations: that of the same import, or one that an import without any lies in.
    ///
    /// - Parameter isShut: whether an import is let in by nothing so far: a new activation would let it in too early.
    func activated(for new: AccountClaims, unless isShut: (Import) -> Bool) -> AccountClaims {
        var claims = self
        for index in claims.imports.indices {
            let item = claims.imports[index]
            let same = new.imports.first { $0.isSame(as: item) && !$0.token.isEmpty }
            let wider = item.token.isEmpty ? new.imports.first { !$0.token.isEmpty && $0.covers(item) } : nil
            guard let token = (same ?? wider)?.token, token != item.token, !isShut(item) else { continue }
            claims.imports[index].token = token
        }
        return claims
    }

    /// Old claims with new keys.
    ///
    /// - Parameter between: the exports of the steps between.
    func widened(to new: AccountClaims, _ between: [Export]) -> AccountClaims {
        var claims = self
        claims.exports = between
        for entry in new.signingKeys where signingKey(entry.key) == nil { claims.setSigningKey(entry) }
        claims.makeRoom(limits, new.limits)
        claims.sort()
        return claims
    }

    /// New claims with what goes only later.
    ///
    /// - Parameter between: the exports of the steps between.
    func beside(_ old: AccountClaims, imports keepsImports: Bool, _ between: [Export]) -> AccountClaims {
        var claims = self
        claims.exports = between
        if keepsImports {
            claims.imports += old.imports.filter { !$0.isReplaced(by: imports) }
        }
        claims.makeRoom(old.limits, limits)
        claims.revocations = old.revocations
        claims.sort()
        return claims
    }

    /// Claims with some parts of others, of the same account.
    ///
    /// - Parameters:
    ///   - old: those that are switched, with new activations.
    ///   - new: those that they become.
    mutating func take(_ switched: Set<SwitchPart.Aspect>, from old: AccountClaims, to new: AccountClaims) {
        mappings = switched.contains(.mappings) ? new.mappings : old.mappings
        let staying = old.imports.filter { item in new.imports.contains { $0.isCalledSame(as: item) } }
        let coming = new.imports.filter { item in !old.imports.contains { $0.isCalledSame(as: item) } }
        let there = switched.contains(.departures) ? staying : old.imports
        imports =
            switched.contains(.arrivals)
            ? there.map { item in new.imports.first { $0.isCalledSame(as: item) } ?? item } + coming : there
        sort()
    }

    /// Limits that what is there in between does not exceed, although it is more than either side has.
    private mutating func makeRoom(_ old: AccountLimits, _ new: AccountLimits) {
        func room(_ one: Int64, _ other: Int64, _ count: Int) -> Int64 {
            let limit = Self.larger(one, other)
            return limit < 0 ? limit : max(limit, Int64(count))
        }
        limits.imports = room(old.imports, new.imports, imports.count)
        limits.exports = room(old.exports, new.exports, exports.count)
        limits.wildcardExports = old.wildcardExports || new.wildcardExports
    }

    private static func larger(_ one: Int64, _ other: Int64) -> Int64 {
        one < 0 || other < 0 ? AccountLimits.unlimitedValue : max(one, other)
    }
}

extension Import {
    /// Whether the same is imported from the same account.
    func isSame(as other: Import) -> Bool {
        subject == other.subject && type == other.type && account == other.account
    }

    /// Whether it is the same here, too.
    fileprivate func isCalledSame(as other: Import) -> Bool {
        isSame(as: other) && localSubject == other.localSubject && to == other.to
    }

    /// Whether an activation for this import is one for the other, too.
    fileprivate func covers(_ other: Import) -> Bool {
        guard type == other.type, account == other.account, let mine = try? Pattern(subject),
            let others = try? Pattern(other.subject)
        else { return false }
        return others.isContained(in: mine)
    }

    /// Whether it cannot stay beside others.
    func isReplaced(by imports: [Import]) -> Bool {
        imports.contains { $0.isSame(as: self) || $0.takesPlace(of: self) }
    }

    /// Whether both would be the same subjects here.
    fileprivate func takesPlace(of other: Import) -> Bool {
        guard type == other.type, let here = localPattern, let there = other.localPattern else { return true }
        return here.overlaps(there)
    }

    /// What the import is called in its own account.
    var localPattern: Pattern? {
        let tokens = ImportUse.localSubject(of: self).split(separator: ".", omittingEmptySubsequences: false).map {
            $0.hasPrefix("$") ? "*" : $0
        }
        return try? Pattern(tokens.joined(separator: "."))
    }
}

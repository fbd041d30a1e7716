public import Claims
import Subjects

/// The steps in which what is in force becomes something else.
///
/// At every one of them, and while servers have it one after the other, access lies between what both sets allow and what
/// either does: what opens comes first, what closes last, and what stands between the two changes at once.
public enum ApplyStep: Int, Sendable, Hashable, CaseIterable, Comparable, CustomStringConvertible {
    /// Imports that stay get the activations that they will need.
    case activate = 1
    /// New exports and new keys, which nobody uses yet.
    case widen
    /// Imports, mappings, limits, settings, roles and users.
    case `switch`
    /// Old imports go.
    case narrowImports
    /// Old exports and old keys go, exports close, and users that are gone are revoked.
    case narrow

    public static func < (one: ApplyStep, other: ApplyStep) -> Bool { one.rawValue < other.rawValue }

    public var description: String {
        switch self {
        case .activate: "activate: imports get the activations that they will need"
        case .widen: "widen: new exports and keys"
        case .switch: "switch: imports, mappings, limits, settings, roles and users"
        case .narrowImports: "narrow: old imports"
        case .narrow: "narrow: old exports and keys, and who is gone"
        }
    }

    /// The claims of an account after this step.
    ///
    /// - Parameters:
    ///   - old: before the first step.
    ///   - new: after the last.
    public func claims(from old: AccountClaims, to new: AccountClaims) -> AccountClaims {
        switch self {
        case .activate: return old.activated(for: new)
        case .widen: return old.activated(for: new).widened(to: new)
        case .switch: return new.beside(old, imports: true)
        case .narrowImports: return new.beside(old, imports: false)
        case .narrow: return new
        }
    }
}

extension AccountClaims {
    /// Old imports with new activations.
    fileprivate func activated(for new: AccountClaims) -> AccountClaims {
        var claims = self
        for index in claims.imports.indices {
            let same = new.imports.first { $0.isSame(as: claims.imports[index]) && !$0.token.isEmpty }
            if let same { claims.imports[index].token = same.token }
        }
        return claims
    }

    /// Old claims with new exports and keys.
    fileprivate func widened(to new: AccountClaims) -> AccountClaims {
        var claims = self
        claims.exports = Self.union(exports, new.exports, preferring: exports)
        for entry in new.signingKeys where signingKey(entry.key) == nil { claims.setSigningKey(entry) }
        claims.limits.imports = Self.larger(limits.imports, new.limits.imports)
        claims.limits.exports = Self.larger(limits.exports, new.limits.exports)
        claims.limits.wildcardExports = limits.wildcardExports || new.limits.wildcardExports
        claims.sort()
        return claims
    }

    /// New claims with what goes only later.
    fileprivate func beside(_ old: AccountClaims, imports keepsImports: Bool) -> AccountClaims {
        var claims = self
        claims.exports = Self.union(old.exports, exports, preferring: exports)
        for entry in old.signingKeys where signingKey(entry.key) == nil { claims.setSigningKey(entry) }
        if keepsImports {
            claims.imports += old.imports.filter { item in
                !imports.contains { $0.isSame(as: item) || $0.takesPlace(of: item) }
            }
        }
        claims.limits.imports = Self.larger(old.limits.imports, limits.imports)
        claims.limits.exports = Self.larger(old.limits.exports, limits.exports)
        claims.limits.wildcardExports = old.limits.wildcardExports || limits.wildcardExports
        // Who is gone is revoked in the last step.
        claims.revocations = old.revocations
        claims.sort()
        return claims
    }

    /// Every export of both. One that both have is as open as either says.
    private static func union(_ old: [Export], _ new: [Export], preferring preferred: [Export]) -> [Export] {
        let others = (old + new).filter { export in !preferred.contains { $0.isSame(as: export) } }
        return preferred.map { export in
            var export = export
            let both = (old + new).filter { $0.isSame(as: export) }
            export.tokenRequired = both.allSatisfy(\.tokenRequired)
            return export
        } + others
    }

    private static func larger(_ one: Int64, _ other: Int64) -> Int64 {
        one < 0 || other < 0 ? AccountLimits.unlimitedValue : max(one, other)
    }
}

extension Export {
    fileprivate func isSame(as other: Export) -> Bool { subject == other.subject && type == other.type }
}

extension Import {
    /// Whether the same is imported from the same account.
    func isSame(as other: Import) -> Bool {
        subject == other.subject && type == other.type && account == other.account
    }

    /// Whether both would be the same subjects here.
    fileprivate func takesPlace(of other: Import) -> Bool {
        guard type == other.type, let here = localPattern, let there = other.localPattern else { return true }
        return here.overlaps(there)
    }

    /// What the import is called in its own account.
    var localPattern: Pattern? {
        let text = !localSubject.isEmpty ? localSubject : !to.isEmpty && type == .service ? to : subject
        let tokens = text.split(separator: ".", omittingEmptySubsequences: false).map { $0.hasPrefix("$") ? "*" : $0 }
        return try? Pattern(tokens.joined(separator: "."))
    }
}

import Claims

/// When something of the directory ceases to count.
public struct Expiration: Sendable, Hashable {
    /// What it is: `operator`, `account`, `user` or `activation`.
    public let kind: String
    /// Its name, with the names of what it belongs to before it: `O`, `O/A` or `O/A/u`.
    public let path: String
    /// The public key it is about.
    public let publicKey: String
    /// Its last second, in Unix seconds; nil for never.
    public let expires: Int64?

    /// Whether it counts no more at a time.
    public func isExpired(at now: Int64) -> Bool { expires.map { $0 <= now } ?? false }
}

/// How many tokens have ended, will soon, or cannot be read.
public struct Endings: Sendable, Hashable {
    public fileprivate(set) var expired = 0
    public fileprivate(set) var endingSoon = 0
    public fileprivate(set) var unreadable = 0

    public init() {}
}

extension DirectoryReader {
    /// When each operator, account, user and activation of an import ceases to count, in the order of their names.
    ///
    /// - Parameter operators: the operators that are meant.
    public func expirations(of operators: [OperatorEntry]) throws -> [Expiration] {
        try operators.flatMap { entry -> [Expiration] in
            let accounts = try accounts(of: entry).flatMap { try expirations(of: $0, in: entry) }
            return [Self.expiration(try entry.claims(), entry.name)] + accounts
        }
    }

    /// The same for one account, its users and the activations of its imports.
    public func expirations(of account: AccountEntry, in entry: OperatorEntry) throws -> [Expiration] {
        let path = "\(entry.name)/\(account.name)"
        let users = try users(of: account).map { Self.expiration(try $0.claims(), "\(path)/\($0.name)") }
        return try ownExpirations(of: account, in: entry) + users
    }

    /// The same for one account and the activations of its imports.
    func ownExpirations(of account: AccountEntry, in entry: OperatorEntry) throws -> [Expiration] {
        let path = "\(entry.name)/\(account.name)"
        let claims = try account.claims()
        let activations = claims.imports.compactMap { element -> Expiration? in
            guard !element.token.isEmpty, let activation = try? ActivationClaims.decode(element.token) else {
                return nil
            }
            return Self.expiration(activation, "\(path)/\(element.name)")
        }
        return [Self.expiration(claims, path)] + activations
    }

    /// How many tokens of an operator have ended, and will soon. Those that cannot be read are counted, not a failure.
    ///
    /// - Parameter soon: Unix seconds.
    public func endings(of entry: OperatorEntry, at now: Int64, soon: Int64) throws -> Endings {
        var endings = Endings()
        func count(_ found: [Expiration]) {
            for expiration in found.compactMap(\.expires) where expiration <= soon {
                if expiration <= now { endings.expired += 1 } else { endings.endingSoon += 1 }
            }
        }
        func look(_ read: () throws -> [Expiration]) {
            do { count(try read()) } catch { endings.unreadable += 1 }
        }
        look { [Self.expiration(try entry.claims(), entry.name)] }
        for account in try accounts(of: entry) {
            look { try ownExpirations(of: account, in: entry) }
            for user in try users(of: account) { look { [Self.expiration(try user.claims(), user.name)] } }
        }
        return endings
    }

    static func expiration(_ claims: some ClaimSet, _ path: String) -> Expiration {
        Expiration(
            kind: claims.kind.rawValue, path: path, publicKey: claims.subject,
            expires: claims.expires == 0 ? nil : claims.expires)
    }
}

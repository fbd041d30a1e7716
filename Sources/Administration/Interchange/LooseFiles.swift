import Claims
import NKeys
public import Secrets

/// Tokens and seeds that lie about in files, without the folders that would say what belongs to what.
public struct LooseFiles: Sendable {
    /// A token, and the file it is in.
    struct Found: Sendable {
        let path: String
        let token: Token
    }

    /// Of each operator, account and user the latest token.
    private(set) var tokens: [Found] = []
    private(set) var pairs: [KeyPair] = []
    /// What was left out.
    public private(set) var problems: [InterchangeProblem] = []

    /// Reads every `.jwt`, `.creds` and `.nk` file below folders.
    ///
    /// - Throws: ``AdministrationError`` of code `notFound` if one of them is no folder.
    public static func read(_ folders: [String]) throws(AdministrationError) -> LooseFiles {
        var loose = LooseFiles()
        for folder in folders {
            let keys = try KeyFolder.read(folder, recursively: true)
            loose.pairs += keys.pairs
            loose.problems += keys.problems
            for path in Folder.files(below: folder, endingWith: ".jwt") { loose.readToken(path) }
            for path in Folder.files(below: folder, endingWith: ".creds") { loose.readCredentials(path) }
        }
        loose.keepLatest()
        return loose
    }

    private mutating func readToken(_ path: String) {
        do throws(AdministrationError) {
            let text = try TokenText.token(in: PrivateFile.read(path), from: "the file")
            tokens.append(Found(path: path, token: try Change.decoded(text)))
        } catch {
            problems.append(InterchangeProblem(path: path, message: error.message))
        }
    }

    private mutating func readCredentials(_ path: String) {
        readToken(path)
        // What cannot be read was named with the token.
        guard let content = try? PrivateFile.read(path) else { return }
        do throws(AdministrationError) {
            if let pair = try TokenText.userPair(in: content, from: "the file") { pairs.append(pair) }
        } catch {
            problems.append(InterchangeProblem(path: path, message: error.message))
        }
    }

    private mutating func keepLatest() {
        var latest: [String: Found] = [:]
        for found in tokens {
            let claims = found.token.claims
            // One user key may live in several accounts.
            let place = (claims.value as? UserClaims).map { $0.issuerAccount.isEmpty ? $0.issuer : $0.issuerAccount }
            let key = "\(claims.kind.rawValue) \(claims.subject) \(place ?? "")"
            if let other = latest[key], other.token.claims.issuedAt >= claims.issuedAt { continue }
            latest[key] = found
        }
        tokens = latest.values.sorted { $0.path < $1.path }
    }
}

extension Change {
    /// Takes loose files in: operators, then the accounts that they signed, then their users, and every seed.
    ///
    /// What is here already stays, unless the file's token is later.
    ///
    /// - Returns: what belongs to nothing here, or clashes with something else.
    public func take(_ loose: LooseFiles) throws -> [InterchangeProblem] {
        var problems: [InterchangeProblem] = []
        for kind in [ClaimKind.operator, .account, .user] {
            for found in loose.tokens where found.token.claims.kind == kind {
                do {
                    try take(found)
                } catch let error as AdministrationError where error.code != .storageFailed {
                    problems.append(InterchangeProblem(path: found.path, message: error.message))
                }
            }
        }
        for found in loose.tokens where ![.operator, .account, .user].contains(found.token.claims.kind) {
            let message = "is a token of the kind \"\(found.token.claims.kind.rawValue)\", which is kept nowhere"
            problems.append(InterchangeProblem(path: found.path, message: message))
        }
        try importSeeds(loose.pairs)
        return problems
    }

    private func take(_ found: LooseFiles.Found) throws {
        let token = found.token
        let key = try Self.subject(of: token)
        switch token.claims {
        case .operator(let claims):
            let name = try EntityName.checked(claims.name, for: "an operator")
            let all = try reader.operators()
            try checkName(all.first { $0.name == name }?.publicKey, key, "operator", name)
            guard try isLater(token, than: all.first { $0.publicKey == key }?.token) else { return }
            try put(claims, key, take(token, scope: key))
        case .account(let claims):
            let name = try EntityName.checked(claims.name, for: "an account")
            let all = try reader.operators()
            let owner = try all.first { try $0.claims().didSign(claims) }
            guard let entry = owner ?? (claims.issuer == claims.subject && all.count == 1 ? all[0] : nil) else {
                throw AdministrationError(
                    .notFound, "was signed by \(claims.issuer), which is no key of an operator here")
            }
            try checkName(reader.findAccount(EntityReference(name), of: entry)?.publicKey, key, "account", name)
            guard try isLater(token, than: reader.accountEntry(key)?.token) else { return }
            try put(claims, key, of: entry, take(token, scope: entry.publicKey))
        case .user(let claims):
            let name = try EntityName.checked(claims.name, for: "a user")
            let owner = claims.issuerAccount.isEmpty ? claims.issuer : claims.issuerAccount
            guard let ownerKey = EntityReference(owner).publicKey, let account = try reader.accountEntry(ownerKey)
            else {
                throw AdministrationError(.notFound, "belongs to the account \(owner), which is not here")
            }
            try checkName(reader.findUser(EntityReference(name), of: account)?.publicKey, key, "user", name)
            guard try isLater(token, than: reader.findUser(EntityReference(key), of: account)?.token) else { return }
            try put(claims, key, of: account, take(token, scope: account.publicKey))
        default: return
        }
    }

    private func checkName(
        _ holder: PublicKey?, _ key: PublicKey, _ kind: String, _ name: String
    ) throws(AdministrationError) {
        guard let holder, holder != key else { return }
        throw AdministrationError(.alreadyExists, "another \(kind) \"\(name)\" is here already (\(holder))")
    }

    /// Whether a token replaces the one that is here.
    private func isLater(_ token: Token, than text: String?) throws -> Bool {
        guard let text else { return true }
        return try Self.decoded(text).claims.issuedAt < token.claims.issuedAt
    }

    /// The credentials of every user whose seed is here, each of which is recorded as handed out.
    public func everyCredentials() throws -> [UserCredentials] {
        try reader.operators().flatMap { entry in
            try reader.accounts(of: entry).flatMap { account in
                let place = Place(
                    operator: EntityReference(entry.publicKey), account: EntityReference(account.publicKey))
                return try reader.users(of: account).filter { try keyring.holds($0.publicKey) }.map { user in
                    UserCredentials(
                        operator: entry.name, account: account.name, name: user.name,
                        credentials: try credentials(of: EntityReference(user.publicKey), at: place))
                }
            }
        }
    }
}

/// A user's credentials, with the names that they are filed under.
public struct UserCredentials: Sendable {
    /// The operator's name.
    public let `operator`: String
    /// The account's name.
    public let account: String
    /// The user's name.
    public let name: String
    /// The credentials file.
    public let credentials: Secret
}

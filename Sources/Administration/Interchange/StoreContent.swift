import Claims
import FoundationEssentials
import NKeys
import Secrets

/// Everything in an nsc store: tokens as they are, and key pairs.
///
/// Files that are damaged, or that belong to somebody else, are left out and named one by one.
public struct StoreContent: Sendable {
    /// An account with its users.
    struct Account: Sendable {
        let path: String
        let token: Token
        let claims: AccountClaims
        var users: [User] = []
    }

    /// A user.
    struct User: Sendable {
        let path: String
        let token: Token
        let claims: UserClaims
    }

    /// An operator with its accounts.
    struct Operator: Sendable {
        let path: String
        let token: Token
        let claims: OperatorClaims
        /// Whether nsc knows it as one that is run elsewhere.
        let isManaged: Bool
        var accounts: [Account] = []
    }

    /// A credentials file.
    private struct CredentialsFile {
        let path: String
        let token: String
        let pair: KeyPair
    }

    private(set) var operators: [Operator] = []
    private(set) var pairs: [KeyPair] = []
    /// Users whose seeds are there and who have no credentials file: the keys of their accounts and their own.
    private(set) var usersWithoutCredentials: [(account: String, user: String)] = []
    /// Keys whose seeds stand in a credentials file, and in no file of their own.
    private(set) var keysWithoutFile: [PublicKey] = []
    /// The names of the operator and account that nsc has selected.
    private(set) var selection: (operator: String, account: String) = ("", "")
    /// What was left out.
    public private(set) var problems: [InterchangeProblem] = []
    /// Files that are none of nsc's. They stay where they are.
    public private(set) var strangers: [String] = []
    /// The files that were looked at.
    private var known: Set<ExactText> = []
    private var credentials: [CredentialsFile] = []

    /// Reads the store below a folder.
    ///
    /// - Throws: ``AdministrationError`` of code `notFound` if there is no nsc store in it.
    public static func read(_ folder: String) throws(AdministrationError) -> StoreContent {
        guard let (layout, root) = StoreLayout.find(folder) else {
            throw AdministrationError(
                .notFound, "there is no nsc store in \(folder)",
                remedy: "give the folder of \"nsc --all-dirs\", or $XDG_DATA_HOME/nats/nsc")
        }
        var content = StoreContent()
        let stores = layout.stores(root)
        content.readKeys(layout.keystore(root))
        for name in StoreLayout.operators(in: stores) { content.readOperator("\(stores)/\(name)", name) }
        content.readSelection(root + "/nsc.json")
        content.compareCredentials(layout.keystore(root))
        content.known.formUnion([layout.keystore(root) + "/.gitignore", root + "/.gitignore"].map(ExactText.init))
        content.strangers = Folder.files(below: root, endingWith: "").filter { !content.known.contains(ExactText($0)) }
        return content
    }

    // MARK: Tokens

    private mutating func readOperator(_ folder: String, _ name: String) {
        let path = "\(folder)/\(name).jwt"
        let isManaged = readMark("\(folder)/\(StoreLayout.mark)")
        guard let token = token(path, .operator), case .operator(let claims) = token.claims else {
            return leaveOut(below: folder + "/accounts", "belongs to an operator that was left out")
        }
        var entry = Operator(path: path, token: token, claims: claims, isManaged: isManaged)
        for name in Folder.names(in: folder + "/accounts") ?? [] where Folder.isFolder("\(folder)/accounts/\(name)") {
            if let account = account("\(folder)/accounts/\(name)", name, of: claims) { entry.accounts.append(account) }
        }
        operators.append(entry)
    }

    private mutating func account(_ folder: String, _ name: String, of entry: OperatorClaims) -> Account? {
        let path = "\(folder)/\(name).jwt"
        func leaveOutUsers() { leaveOut(below: folder + "/users", "belongs to an account that was left out") }
        guard let token = token(path, .account), case .account(let claims) = token.claims else {
            leaveOutUsers()
            return nil
        }
        let isOwn = claims.issuer == entry.subject || entry.signingKeys.contains(claims.issuer)
        guard isOwn || claims.issuer == claims.subject else {
            report(path, "was signed by \(claims.issuer), which is no key of the operator \"\(entry.name)\"")
            leaveOutUsers()
            return nil
        }
        var account = Account(path: path, token: token, claims: claims)
        for file in Folder.files(below: folder + "/users", endingWith: ".jwt", recursively: false) {
            if let user = user(file, of: claims) { account.users.append(user) }
        }
        return account
    }

    private mutating func user(_ path: String, of account: AccountClaims) -> User? {
        guard let token = token(path, .user), case .user(let claims) = token.claims else { return nil }
        guard claims.issuer == account.subject || claims.issuerAccount == account.subject else {
            report(path, "is a user of another account than \"\(account.name)\"")
            return nil
        }
        return User(path: path, token: token, claims: claims)
    }

    /// Names the tokens that go the way of the one they belong to.
    private mutating func leaveOut(below folder: String, _ message: String) {
        for path in Folder.files(below: folder, endingWith: ".jwt") {
            known.insert(ExactText(path))
            report(path, message)
        }
    }

    /// Whether nsc knows an operator as one that is run elsewhere.
    private mutating func readMark(_ path: String) -> Bool {
        struct Mark: Decodable {
            var managed: Bool?
        }
        known.insert(ExactText(path))
        guard let content = try? PrivateFile.read(path),
            let mark = try? content.withBytes({ try JSONDecoder().decode(Mark.self, from: Data($0)) })
        else {
            report(path, "cannot be read: the operator counts as one that is run here")
            return false
        }
        return mark.managed ?? false
    }

    /// The token in a file, if it is one of the kind that belongs there.
    private mutating func token(_ path: String, _ kind: ClaimKind) -> Token? {
        known.insert(ExactText(path))
        do throws(AdministrationError) {
            let content = Credentials.jwt(in: try PrivateFile.read(path))
            let token = try content.withBytes { bytes throws(AdministrationError) in try Self.token(in: bytes) }
            guard token.claims.kind == kind else {
                throw Change.wrongKind(token, "\(kind == .user ? "a" : "an") \(kind.rawValue)")
            }
            _ = try Change.subject(of: token)
            return token
        } catch {
            report(path, error.message)
            return nil
        }
    }

    private static func token(in bytes: UnsafeRawBufferPointer) throws(AdministrationError) -> Token {
        var bytes = bytes[...]
        while let last = bytes.last, last <= 0x20 { bytes = bytes.dropLast() }
        do throws(ClaimsError) {
            return try Token.decode(bytes: UnsafeRawBufferPointer(rebasing: bytes))
        } catch {
            throw AdministrationError(.invalidValue, "cannot be read: \(error.message)")
        }
    }

    // MARK: Keys

    private mutating func readKeys(_ keystore: String) {
        let files = Folder.files(below: keystore + "/keys", endingWith: ".nk")
        let keys = KeyFolder(files: files)
        problems += keys.problems
        known.formUnion(files.map(ExactText.init))
        var pairs = Dictionary(keys.pairs.map { ($0.publicKey, $0) }) { first, _ in first }
        for path in Folder.files(below: keystore + "/creds", endingWith: ".creds") {
            known.insert(ExactText(path))
            do {
                let content = try PrivateFile.read(path)
                let pair = try Credentials.parse(content).keyPair
                let token = Credentials.jwt(in: content).withBytes { String(decoding: $0, as: UTF8.self) }
                credentials.append(CredentialsFile(path: path, token: token, pair: pair))
                if pairs.updateValue(pair, forKey: pair.publicKey) == nil { keysWithoutFile.append(pair.publicKey) }
            } catch let error as NKeyError {
                report(path, error.message)
            } catch let error as AdministrationError {
                report(path, error.message)
            } catch {
                // Nothing else is thrown there.
                report(path, "cannot be read")
            }
        }
        self.pairs = pairs.values.sorted { $0.publicKey < $1.publicKey }
    }

    /// A credentials file is written anew from a user's token and seed when a store goes out. So one that is not that,
    /// and one that is not there, are noted here.
    private mutating func compareCredentials(_ keystore: String) {
        let files = Dictionary(credentials.map { (ExactText($0.path), $0) }) { first, _ in first }
        let held = Set(pairs.map(\.publicKey.text))
        var current: Set<ExactText> = []
        for entry in operators {
            for account in entry.accounts {
                for user in account.users where held.contains(user.claims.subject) {
                    let path = "\(keystore)/creds/\(entry.claims.name)/\(account.claims.name)/\(user.claims.name).creds"
                    guard let file = files[ExactText(path)], file.pair.publicKey.text == user.claims.subject else {
                        usersWithoutCredentials.append((account.claims.subject, user.claims.subject))
                        continue
                    }
                    guard file.token == user.token.text else { continue }
                    current.insert(ExactText(path))
                }
            }
        }
        for file in credentials where !current.contains(ExactText(file.path)) {
            report(file.path, "holds another token than the store has for this user: only its seed was taken over")
        }
        let inCredentials = Set(credentials.filter { current.contains(ExactText($0.path)) }.map(\.pair.publicKey))
        keysWithoutFile.removeAll { !inCredentials.contains($0) }
    }

    private mutating func readSelection(_ path: String) {
        struct Selected: Decodable {
            var `operator`: String?
            var account: String?
        }
        known.insert(ExactText(path))
        guard PrivateFile.exists(path), let content = try? PrivateFile.read(path),
            let selected = try? content.withBytes({ try JSONDecoder().decode(Selected.self, from: Data($0)) })
        else { return }
        selection = (selected.operator ?? "", selected.account ?? "")
    }

    private mutating func report(_ path: String, _ message: String) {
        problems.append(InterchangeProblem(path: path, message: message))
    }
}

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
        var accounts: [Account] = []
    }

    private(set) var operators: [Operator] = []
    private(set) var pairs: [KeyPair] = []
    /// The names of the operator and account that nsc has selected.
    private(set) var selection: (operator: String, account: String) = ("", "")
    /// What was left out.
    public private(set) var problems: [InterchangeProblem] = []

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
        content.readKeys(layout.keystore(root))
        for name in StoreLayout.operators(in: layout.stores(root)) {
            content.readOperator("\(layout.stores(root))/\(name)", name)
        }
        content.readSelection(root + "/nsc.json")
        return content
    }

    // MARK: Tokens

    private mutating func readOperator(_ folder: String, _ name: String) {
        let path = "\(folder)/\(name).jwt"
        guard let token = token(path, .operator), case .operator(let claims) = token.claims else { return }
        var entry = Operator(path: path, token: token, claims: claims)
        for name in Folder.names(in: folder + "/accounts") ?? [] where Folder.isFolder("\(folder)/accounts/\(name)") {
            if let account = account("\(folder)/accounts/\(name)", name, of: claims) { entry.accounts.append(account) }
        }
        operators.append(entry)
    }

    private mutating func account(_ folder: String, _ name: String, of entry: OperatorClaims) -> Account? {
        let path = "\(folder)/\(name).jwt"
        guard let token = token(path, .account), case .account(let claims) = token.claims else { return nil }
        let isOwn = claims.issuer == entry.subject || entry.signingKeys.contains(claims.issuer)
        guard isOwn || claims.issuer == claims.subject else {
            report(path, "was signed by \(claims.issuer), which is no key of the operator \"\(entry.name)\"")
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

    /// The token in a file, if it is one of the kind that belongs there.
    private mutating func token(_ path: String, _ kind: ClaimKind) -> Token? {
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
        let keys = KeyFolder(files: Folder.files(below: keystore + "/keys", endingWith: ".nk"))
        problems += keys.problems
        var pairs = Dictionary(keys.pairs.map { ($0.publicKey, $0) }) { first, _ in first }
        for path in Folder.files(below: keystore + "/creds", endingWith: ".creds") {
            do {
                let pair = try Credentials.parse(PrivateFile.read(path)).keyPair
                pairs[pair.publicKey] = pair
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

    private mutating func readSelection(_ path: String) {
        struct Selected: Decodable {
            var `operator`: String?
            var account: String?
        }
        guard PrivateFile.exists(path), let content = try? PrivateFile.read(path),
            let selected = try? content.withBytes({ try JSONDecoder().decode(Selected.self, from: Data($0)) })
        else { return }
        selection = (selected.operator ?? "", selected.account ?? "")
    }

    private mutating func report(_ path: String, _ message: String) {
        problems.append(InterchangeProblem(path: path, message: message))
    }
}

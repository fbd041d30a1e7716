import AdminAPI
import Administration
import Claims

extension RemoteService {
    /// An account of the service, and the operator that it is asked for under.
    struct Account {
        let `operator`: String
        let name: String

        var path: String { ServicePath.account(name, of: `operator`) }
    }

    /// The operator that is meant: the one that was named, that of the context, or else the only one there is.
    func operatorName(_ reference: EntityReference?) throws -> String {
        if let named = reference ?? address.selected.operator { return named.text }
        let seen = try get("/v1/operators", [("limit", "2")])["items"]?.elements ?? []
        if seen.count == 1, let name = seen[0]["name"]?.text { return name }
        // Whoever administers accounts alone sees no operator, and has a place under one.
        let places = Set((try get("/v1/auth/me")["places"]?.elements ?? []).compactMap { $0["operator"]?.text })
        guard seen.isEmpty, places.count == 1, let name = places.first else {
            throw AdministrationError.noOperator(ofMany: !seen.isEmpty || !places.isEmpty)
        }
        return name
    }

    /// The account that is meant: the one that was named, that of the context, or else the only one there is.
    func account(at place: Place) throws -> Account {
        let owner = try operatorName(place.operator)
        if let named = place.account { return Account(operator: owner, name: named.text) }
        let isOfContext = place.operator == nil || place.operator?.text == address.selected.operator?.text
        if isOfContext, let selected = address.selected.account { return Account(operator: owner, name: selected.text) }
        if let own = try onlyOwnAccount() { return Account(operator: owner, name: own) }
        let system = try get(ServicePath.operator(owner))["system_account"]?.text
        let seen = try get(ServicePath.operator(owner) + "/accounts", [("limit", "3")])["items"]?.elements ?? []
        let others = seen.filter { $0["public_key"]?.text != system }
        guard others.count == 1, let name = others[0]["name"]?.text else {
            throw AdministrationError.noAccount(ofMany: !others.isEmpty)
        }
        return Account(operator: owner, name: name)
    }

    /// The account whose part of the logs a caller may read that is for it alone; nil for who may read all of them.
    func ownAccount(at place: Place) throws -> (path: String, key: String, name: String)? {
        guard let own = try onlyOwnAccount() else { return nil }
        let account = Account(operator: try operatorName(place.operator), name: own)
        return (account.path, own, try get(account.path)["name"]?.text ?? own)
    }

    /// What accounts are called, by their keys.
    func accountNames() throws -> [String: String] {
        var names: [String: String] = [:]
        for owner in try list("/v1/operators").compactMap({ $0["name"]?.text }) {
            for account in try list(ServicePath.operator(owner) + "/accounts") {
                if let key = account["public_key"]?.text { names[key] = account["name"]?.text }
            }
        }
        return names
    }

    /// The key of the account that the token is for, where it is for one alone.
    private func onlyOwnAccount() throws -> String? {
        let grants = try get("/v1/auth/me")["grants"]?.elements ?? []
        let accounts = Set(grants.map { $0["account"]?.text })
        return accounts.count == 1 ? accounts.first ?? nil : nil
    }

    /// The user that is meant: the one that was named, or else the only one there is.
    func userName(_ reference: EntityReference?, of account: Account) throws -> String {
        if let reference { return reference.text }
        let seen = try get(account.path + "/users", [("limit", "2")])["items"]?.elements ?? []
        guard seen.count == 1, let name = seen[0]["name"]?.text else {
            throw AdministrationError.noUser(of: account.name, ofMany: !seen.isEmpty)
        }
        return name
    }

    /// The part of a server's configuration that says whom to trust.
    func configuration(
        _ resolver: ResolverConfiguration.Resolver, of reference: EntityReference?, systemAccount: EntityReference?
    ) throws -> String {
        let query = [("resolver", resolver.rawValue)] + (systemAccount.map { [("system_account", $0.text)] } ?? [])
        return try text(ServicePath.with(query, ServicePath.operator(operatorName(reference)) + "/configuration"))
    }

    /// The name and the token of an account.
    func accountToken(_ account: Account) throws -> (name: String, token: Token) {
        let answer = try get(account.path)
        return (answer["name"]?.text ?? account.name, try Self.token(answer["jwt"]?.text))
    }

    static func token(_ text: String?) throws -> Token {
        guard let text else {
            throw AdministrationError(.refused, "the service does not show the token", remedy: "is it an older one?")
        }
        return try Token.decode(text)
    }

    /// The names of the accounts whose keys stand in a token, as far as they may be seen.
    func accountNames(in token: Token, of owner: String) -> [String: String] {
        var names: [String: String] = [:]
        let text = token.payloadText
        let keys = Set(text.split { !($0.isASCII && ($0.isUppercase || $0.isNumber)) }.map(String.init))
            .filter { $0.utf8.count == 56 && $0.hasPrefix("A") && EntityReference($0).publicKey != nil }
        for key in keys.sorted().prefix(100) {
            names[key] = (try? get(ServicePath.account(key, of: owner)))?["name"]?.text
        }
        return names
    }
}

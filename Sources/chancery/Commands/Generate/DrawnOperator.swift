import AdminAPI
import Administration
import Claims

/// What diagrams show: an operator, its accounts, and their users where these are wanted.
struct DrawnOperator {
    struct Account {
        let name: String
        let claims: AccountClaims
        var users: [(name: String, claims: UserClaims)] = []
    }

    let name: String
    let claims: OperatorClaims
    private(set) var accounts: [Account]

    /// An operator of a directory.
    init(_ reference: EntityReference?, withUsers: Bool, _ reader: DirectoryReader) throws {
        let entry = try reader.operator(reference)
        (name, claims) = (entry.name, try entry.claims())
        accounts = try reader.accounts(of: entry).map { account in
            let users = try withUsers ? reader.users(of: account) : []
            return Account(
                name: account.name, claims: try account.claims(), users: try users.map { ($0.name, try $0.claims()) })
        }
    }

    /// An operator of a service.
    init(_ reference: EntityReference?, withUsers: Bool, _ service: RemoteService) throws {
        let path = try ServicePath.operator(service.operatorName(reference))
        let answer = try service.get(path)
        (name, claims) = (answer["name"]?.text ?? "", try OperatorClaims.decode(answer["jwt"]?.text ?? ""))
        accounts = []
        for key in try service.list(path + "/accounts").compactMap({ $0["public_key"]?.text }) {
            let path = ServicePath.account(key, of: try service.operatorName(reference))
            let answer = try service.get(path)
            let users = try withUsers ? service.list(path + "/users") : []
            accounts.append(
                Account(
                    name: answer["name"]?.text ?? "", claims: try AccountClaims.decode(answer["jwt"]?.text ?? ""),
                    users: users.map { ($0["name"]?.text ?? "", UserClaims(shown: $0)) }))
        }
    }
}
